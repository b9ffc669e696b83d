"""The effect that works on databases: copies, changes, batches, backups, restores, checks. The task does not import it."""
