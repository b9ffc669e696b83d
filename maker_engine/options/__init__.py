"""Every option of a run, once: what the flags, the form, `RunConfig`, the settings and the docs are made from."""
