"""The kinds of event of effects, each kept as it is; none of them changes a ballot."""

from __future__ import annotations

from maker_engine.core.record.events import ConsentGiven, EffectFinished, EffectIntended, EffectRecovered
from maker_engine.core.record.kind import Kind
from maker_engine.core.record.plain_form import plain_form
from maker_engine.core.record.run_fold import RunFold
from maker_engine.core.record.step_flags import StepFlag
from maker_engine.core.task.steps import EffectQuestion

_ACTED = StepFlag.ACTED.value


def _intended(event: EffectIntended) -> tuple[str, str]:
    return f"{event.effect} {event.tag}".rstrip(), f"{'writes' if event.writes else 'reads'}: {event.arguments}"


def _finished(event: EffectFinished) -> tuple[str, str]:
    took = f"{event.done.ended - event.done.started:.1f} s"
    return event.tag or "effect", f"{event.done.status.value} in {took}: {event.done.value}"


def _recovered(event: EffectRecovered) -> tuple[str, str]:
    found = "has not happened" if event.done is None else f"{event.done.status.value}: {event.done.value}"
    return event.tag or "effect", f"recovered ({event.how}): {found}"


def _consent(event: ConsentGiven) -> tuple[str, str]:
    return event.by, f"allowed {event.scope}"


def _answered(run: RunFold, _: object) -> None:
    """Take the question back that a person was asked about an effect; one of the task's stays."""
    if isinstance(run.question, EffectQuestion):
        run.question, run.refused = None, ""


KINDS = (
    Kind(
        EffectIntended,
        _answered,
        form=plain_form(12, "effect_intended", EffectIntended, words=_intended, marks=_ACTED),
        watch=lambda watch, _: watch.begin_effect(),
    ),
    Kind(
        EffectFinished,
        _answered,
        form=plain_form(13, "effect_finished", EffectFinished, words=_finished, marks=_ACTED),
        watch=lambda watch, event: watch.end_effect(event.done),
    ),
    Kind(
        EffectRecovered,
        _answered,
        form=plain_form(14, "effect_recovered", EffectRecovered, words=_recovered, marks=_ACTED),
        watch=lambda watch, event: None if event.done is None else watch.end_effect(event.done),
    ),
    Kind(ConsentGiven, _answered, form=plain_form(15, "consent", ConsentGiven, words=_consent)),
)
