"""The two calculations that the README of long arithmetic shows."""

from __future__ import annotations

from maker_tasks.arithmetic import Arithmetic

from maker_engine.core.decomposition import Gather, Gathered, Mistake


def sheet_of_the_readme():
    """A product digit by digit, in the middle of its last sum."""
    task = Arithmetic.load({"expression": "12345 * 678"})
    state = task.start()
    for _ in range(21):
        state = task.apply(state, task.oracle(state))
    return task, state


def stack_of_the_readme():
    """A recursion that has just gathered decompositions, some of them wrong, of a product some way down."""
    task = Arithmetic.load({"expression": "1234 * 56", "method": "recursive"})
    state = task.start()
    for _ in range(20):
        step = task.step(state)
        if isinstance(step, Gather):
            found = {}
            for variant, mistake in enumerate((None, None, None, Mistake.WRONG, Mistake.WRONG)):
                proposal = task.parse(state, "\n".join(task.imitate(step.prompt, mistake, variant)))
                found[proposal] = found.get(proposal, 0) + 1
            state = task.apply(state, Gathered(tuple(found.items())))
        else:
            state = task.apply(state, task.oracle(state))
    return task, state
