"""Panes, one a file, named as on the screen."""
