"""What drives a run: the only loop that awaits, and what it watches."""
