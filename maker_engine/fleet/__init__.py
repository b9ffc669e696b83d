"""A table in parts that are run anywhere: how it is cut, what runs each part, and how far each is."""

MAKE, SLURM, SSH, SYSTEMD = KINDS = ("make", "slurm", "ssh", "systemd")
"""What the parts of a split can be run by."""
