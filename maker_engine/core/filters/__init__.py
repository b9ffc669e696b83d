"""The language in which steps are searched and stopped at, and the facts it asks about."""
