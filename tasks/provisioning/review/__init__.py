"""The review of a plan: one vote a change, whether it is approved, asked about, or blocked."""
