"""The ways out of the screen: the clipboard, the terminal's title, its bell and notifications, files with a view."""
