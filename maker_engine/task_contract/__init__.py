"""The kit for whoever writes a task: a contract suite that any task can be held to, and a working one to start from."""
