"""The effect that works on databases: copies, changes, batches, backups, checks. The task does not import it."""
