"""Readers of the files that say what needs what."""
