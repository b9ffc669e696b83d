"""What a task is made of: its kinds of step, plain defaults, and the documents and pictures that it may offer."""
