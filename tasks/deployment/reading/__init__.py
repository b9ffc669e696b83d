"""Readers of the files that describe what is deployed; each lists what it does not understand."""
