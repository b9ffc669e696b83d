"""What is remembered: one SQLite file a session, and the library of them."""
