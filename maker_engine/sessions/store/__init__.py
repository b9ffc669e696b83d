"""What is written: the file, its rows, its links, and how a run is read back from it."""
