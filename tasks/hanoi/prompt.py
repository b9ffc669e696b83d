"""What an agent reads: the game and the form of the answer (system), the decision rule and the state (user).

The texts are our own; what they ask is what the paper asks (§4.1, App. C). The simulated model reads them back, so
whatever it needs to decide has to be here.
"""

from __future__ import annotations

from maker_engine.core.responses import Prompt

from .answers import rows
from .towers import State, stride

PAPER, STATE = "paper", "state"

_SYSTEM = """\
You work out a single move in a game of Towers of Hanoi.

Board: pegs 0, 1 and 2, and disks numbered by size, from disk 1, the smallest, to disk {disks}, the largest.
Rules:
- One disk is moved at a time.
- Only the top disk of a peg may be taken, and it becomes the top disk of the peg it goes to.
- A disk may never lie on a smaller one.
Goal: all disks on peg {goal}.

Notation: a state is three lists, one each for peg 0, peg 1 and peg 2. A list gives the disks on its peg from bottom \
to top, so its last number is the top disk; [] is an empty peg. A move is [disk, from peg, to peg].

Example of the notation, with two disks that go from peg 0 to peg 2:
  [[2, 1], [], []]   after the move [1, 0, 1]:   [[2], [1], []]
  [[2], [1], []]     after the move [2, 0, 2]:   [[], [1], [2]]
  [[], [1], [2]]     after the move [1, 1, 2]:   [[], [], [2, 1]]

You will be given a state and a procedure that makes exactly one move right. Find that one move and the state right \
after it; do not go further. Reason briefly if you like, then end with these two lines:
move = [disk, from, to]
next_state = [[peg 0], [peg 1], [peg 2]]
Put whole numbers in place of the words; next_state must hold every disk, bottom to top, exactly once.
"""

_PAPER = """\
The whole tower goes from peg {start} to peg {goal}. Each next move follows from the previous one:
- If the previous move did not move disk 1, or there was none, move disk 1 by one peg in its fixed direction: \
from peg 0 to peg {after_0}, from peg {after_0} to peg {after_1}, from peg {after_1} to peg 0.
- If the previous move did move disk 1, leave disk 1 where it is and make the only legal move of another disk: \
of the two pegs that do not have disk 1 on top, the smaller top disk goes onto the other peg, which may be empty.
"""

_STATE = """\
The disks may be spread over all pegs. Find the next move by going through the disks from the largest, disk {disks}, \
down to disk 1, keeping a target peg and one remembered move. At first the target peg is peg {goal} and no move is \
remembered. For each disk:
- If it stands on the target peg, change nothing.
- If it stands on another peg, remember the move of this disk from its peg to the target peg, forgetting the move \
remembered before; then the target peg becomes the third peg, neither the one it stands on nor the one it goes to.
After disk 1, the remembered move is the right one.
"""

_TAIL = """

What is the next move, and the state right after it? End with:
move = [disk, from, to]
next_state = [[peg 0], [peg 1], [peg 2]]"""


class Prompter:
    """Writes the prompts of one problem.

    Args:
        disks: How many there are.
        start: Peg of the whole tower at the start (0-based); of no account to the rule "state".
        goal: Goal peg (0-based).
        rule: "paper" or "state".
    """

    def __init__(self, disks: int, start: int, goal: int, rule: str) -> None:
        self._system = _SYSTEM.format(disks=disks, goal=goal).rstrip()
        after_0 = stride(disks, start, goal)
        strategy = _PAPER if rule == PAPER else _STATE
        words = strategy.format(disks=disks, start=start, goal=goal, after_0=after_0, after_1=3 - after_0)
        self._head = f"{words}\nPrevious move: "

    def prompt(self, state: State) -> Prompt:
        """Ask for the move at `state`."""
        previous = state.previous if state.previous is None else [*state.previous]
        return Prompt(self._system, f"{self._head}{previous}\nCurrent state: {rows(state.pegs)}{_TAIL}")
