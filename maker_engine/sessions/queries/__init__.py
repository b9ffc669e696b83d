"""What is asked of one session: a step, a search, figures, where two runs part, another vote."""
