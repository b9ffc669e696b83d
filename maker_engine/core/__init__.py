"""The paper: decomposition, voting, red-flagging, and the solver in which they meet. No I/O, no clock, no dice."""
