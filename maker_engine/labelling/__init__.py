"""Labels for the rows of a table: the codebook, what is asked of which row, and what may be said of the answers."""
