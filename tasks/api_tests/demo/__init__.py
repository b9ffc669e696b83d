"""A small shop to test: maker's own server on the loopback, with seeded ids and faults by script."""
