"""The engine: runs long LLM tasks in which not one step may be wrong, by MAKER (arXiv 2511.09030)."""
