"""All sessions of a user: their names, how they are listed, kept and thrown away."""
