"""One record a kind of event: what is kept of it, how that is packed and exported, what it does to run and ballot."""
