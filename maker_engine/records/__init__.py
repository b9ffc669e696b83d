"""What became of a table: decisions read from its session, people's answers beside it, and what may be said of both."""
