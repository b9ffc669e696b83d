"""Runs as the screens see them: live, followed or saved; ordered, forked, continued, compared."""
