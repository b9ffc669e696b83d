"""Whether a session is as it was written, and what is sound in one that is not."""
