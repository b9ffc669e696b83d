"""What screens are made of beside their panes: the base of all, and objects that each know one thing a screen does."""
