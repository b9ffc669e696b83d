"""What the solver is made of: open steps, steps in flight, effects, a person's part, settings."""
