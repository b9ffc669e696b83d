"""What an order says of p, and the voting rule and the expectations that follow from it."""

from __future__ import annotations

from dataclasses import replace

from maker_engine.core.decomposition import AnyTask, Vote
from maker_engine.core.errors import InputError
from maker_engine.core.forecasting.laws import single
from maker_engine.core.forecasting.lead_tables import cheapest_table, step_target, votes_within
from maker_engine.core.forecasting.outlook import Expected
from maker_engine.core.forecasting.step_classes import StepClass, law_of
from maker_engine.core.responses import Question, SampleRequest
from maker_engine.core.voting import AHEAD, LEADS
from maker_engine.law_files import law_text, read_law
from maker_engine.models.port import Figures, Model
from maker_engine.models.simulated import SimulatedModel
from maker_engine.planning.forecast import ASSUMED_V, Forecast
from maker_engine.printable import one_line
from maker_engine.runtime.run_order import RunOrder

FOLLOWS = "k is chosen anew by what the votes of the first 50 steps show of p, then of twice as many, and so on"


def in_full(order: RunOrder, model: Model, steps: int | None) -> RunOrder:
    """Return an order with its law and its rule written out, so that its session needs no file for them.

    Raises:
        InputError: There is no such law, or a table of leads has none to follow from.
    """
    if order.law is not None:
        order = replace(order, law=law_text(order.law))
    return replace(order, rule=rule_of(order, figures_of(order, model), steps))


def figures_of(order: RunOrder, model: Model) -> Figures:
    """Return what is known of the model, with the law of p that is ordered in place of its own."""
    if order.law is None:
        return model.figures
    law, v = read_law(order.law), model.figures.v
    classes = tuple(StepClass(weight, p, ASSUMED_V if v is None else v) for p, weight in law.points)
    return replace(model.figures, p=law.mean, classes=classes)


def first_request(order: RunOrder, task: AnyTask) -> SampleRequest | None:
    """Return what the first sample of a run is asked for, None where its first step is no vote."""
    state = task.start()
    step = task.step(state)
    if not isinstance(step, Vote):
        return None
    question = None if step.form is None else Question(state, step.form, None)
    return SampleRequest(0, 0, step.prompt, None, order.max_tokens, question=question)


def as_drawn(figures: Figures, model: Model, request: SampleRequest | None) -> Figures:
    """Return the figures of a simulated model with what comes of its texts: how long they are, and which are cut off.

    Args:
        figures: Those of its profile.
        model: The model; one that is not simulated, or is a pool, keeps its figures.
        request: A first request of the run, None where its first step is no vote.
    """
    if not isinstance(model, SimulatedModel) or request is None or figures.v is None:
        return figures
    tokens, whole = model.drawn(request)
    classes = tuple(one._replace(v=one.v * whole) for one in figures.classes)
    return replace(figures, v=figures.v * whole, tokens_out=tokens, classes=classes)


def follows_votes(order: RunOrder, figures: Figures) -> bool:
    """Return whether k follows what the run's first steps show, since p is only assumed."""
    return order.k is None and figures.p is None and order.rule == AHEAD


def from_what(order: RunOrder, figures: Figures, model: Model) -> str:
    """Say where p, and with it k, comes from."""
    if order.law is not None:
        return f"the law {one_line(order.law, 40)}"
    if figures.p is None:
        return "assumed"
    return "the simulated model's own" if model.simulated else "known of the model"


def expected_of(order: RunOrder, figures: Figures, forecast: Forecast) -> Expected:
    """Return what is expected before the run; k follows the run's own votes where p is only assumed."""
    adapts = follows_votes(order, figures)
    known = figures.p is not None
    return Expected(
        figures.p, forecast.p_solve if known else None, forecast.cost_usd if known else None, order.target,
        "as ordered" if order.k is not None else forecast.from_what, adapts, forecast.independent,
        forecast.wrong if known else None,
    )  # fmt: skip


def rule_of(order: RunOrder, figures: Figures, steps: int | None) -> str:
    """Return the voting rule, a table of leads written out.

    Raises:
        InputError: A table of leads is ordered, and no law of p is known.
    """
    if order.rule != LEADS:
        return order.rule
    if figures.p is None:
        raise InputError(
            "a lead-table follows from the law of p, which is not known of this model: give one by --law, such as"
            " the file that maker calibrate --json prints"
        )
    law = law_of(figures.classes) if figures.classes else single(figures.p)
    table = cheapest_table(
        law, step_target(steps or 1_000, order.target), order.k, votes_within(order.max_samples, figures.v)
    )
    return f"{LEADS}:{table.text}"
