"""What a run will need before it starts: votes, calls, dollars and hours, for one model or for each of several."""
