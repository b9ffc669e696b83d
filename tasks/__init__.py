"""The tasks that come with maker, one folder each; found by entry point, never imported by name."""
