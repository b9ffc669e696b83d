"""Laws of p over steps, what follows from them, and what a run's own votes say of its end."""
