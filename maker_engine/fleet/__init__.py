"""A table in parts that are run anywhere: how it is cut, what runs each part, and how far each is."""
