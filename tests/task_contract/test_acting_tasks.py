"""The contract of a task that acts: checked whole without a world, by what the task itself imitates."""

from __future__ import annotations

from maker_engine.core.decomposition import Await, Done, Start
from maker_engine.task_contract.subject import prepare
from maker_engine.task_contract.suite import Verdict, examine
from tests.support.errands import Errands


def told(family: type[Errands]) -> str:
    """Everything that is broken, in one text."""
    results = examine(prepare(family, states=60))
    return "\n".join(result.difference for result in results if result.verdict is Verdict.BROKEN)


def test_a_task_that_acts_is_checked_without_a_world():
    """Every check is kept by a task with effects, started ones too, and nothing is done."""
    assert told(Errands) == ""


def test_what_such_a_task_does_wrong_is_named():
    """Awaiting nothing, starting a tag twice, and imitating no outcome are broken promises, each by its name."""
    awaits = type("Awaits", (Errands,), {"__module__": __name__, "_act": lambda *_: Await()})
    assert "awaits an effect where none is in flight" in told(awaits)
    twice = type(
        "Twice",
        (Errands,),
        {
            "__module__": __name__,
            "_act": lambda self, _: Start(self._post("PUT", "x", "idempotent"), "same"),
            "apply": lambda _, state, __: state._replace(part=1),
        },
    )
    assert "starts 'same', which is in flight" in told(twice)
    silent = type("Silent", (Errands,), {"__module__": __name__, "rehearse": lambda *_: "fine"})
    assert "has no outcome but 'fine'" in told(silent)
    assert Done("ok").ok
