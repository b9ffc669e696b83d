"""The command line: what `maker` and its commands do. Textual is imported where a screen opens, and not before."""
