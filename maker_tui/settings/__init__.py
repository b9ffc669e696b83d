"""What a user sets and what is remembered for them: the configuration file, keys by name, the last theme and layout."""
