"""A run as it is ordered, by flags or by a form, and the same made ready to start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from maker_engine import catalogue
from maker_engine.blame import blaming
from maker_engine.core.decomposition import AnyTask, Gather, Json, Task, Vote
from maker_engine.core.errors import InputError, SessionError
from maker_engine.core.filters.language import parse_filter
from maker_engine.core.offers import Simulatable, offers
from maker_engine.core.record.events import RunStarted
from maker_engine.core.red_flags import FlagRules
from maker_engine.core.solving.settings import Settings
from maker_engine.core.voting import AHEAD, least_k
from maker_engine.effects.consent import consent_of
from maker_engine.effects.secrets import check_source
from maker_engine.models.pool import VoterSpec
from maker_engine.models.port import Model
from maker_engine.models.prices import CHARACTERS_PER_TOKEN
from maker_engine.models.sampling import AUTO, REASONING_ROOM, reasons, resolve
from maker_engine.planning.forecast import Forecast, forecast
from maker_engine.runtime.calibrated import recall
from maker_engine.runtime.call_log import call_log
from maker_engine.runtime.carrying import CarriedOver, reduced, refuse_existing
from maker_engine.runtime.clock import Clock
from maker_engine.runtime.conduct import Conduct
from maker_engine.runtime.hopeless import policy_of
from maker_engine.runtime.initial_check import look_over
from maker_engine.runtime.limits import Limits
from maker_engine.runtime.order_models import (
    check_cascade,
    is_near,
    open_models,
    others_of,
    real_models,
    stronger_of,
    voters_of,
)
from maker_engine.runtime.order_rules import (
    FOLLOWS,
    as_drawn,
    expected_of,
    figures_of,
    first_request,
    follows_votes,
    from_what,
    in_full,
)
from maker_engine.runtime.plan import ASK, ASK_LATER, ESCALATE, SKIP, STOP, Plan
from maker_engine.runtime.preflight import SENT, Ordered, ordered_of
from maker_engine.runtime.result_files import check_out, with_papers
from maker_engine.runtime.run_order import NOT_KEPT as NOT_KEPT, TASK, RunOrder as RunOrder  # noqa: PLC0414 - with what is made of it
from maker_engine.runtime.runner import Runner
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.library.library import Library
from maker_engine.sessions.queries.saved import SavedRun
from maker_engine.sessions.store.journal import ALL, DISSENT, Journal
from maker_engine.sessions.store.run_journal import RunJournal

MOST_CONCURRENT = 1_000
MADE_UP_SAMPLES = 10_000
_MADE_UP = f"what is right is made up, so the run may never end by itself: it stops after {MADE_UP_SAMPLES:,} samples"


@dataclass(frozen=True, slots=True)
class PreparedRun:
    """A run that is ready to start: everything that could be wrong with the order has been examined.

    Attributes:
        order: What was asked for.
        plan: What the runner drives.
        forecast: What to expect.
        saved: The run to continue from, None for a new one.
        log: File that gets a line for each call, None for no log.
        carried: What is carried over from an earlier session, None where none is named.
    """

    order: RunOrder
    plan: Plan
    forecast: Forecast
    saved: SavedRun | None = None
    log: Path | None = None
    carried: CarriedOver | None = None

    @property
    def task(self) -> AnyTask:
        """What is solved."""
        return self.plan.task

    @property
    def settings(self) -> Settings:
        """How it votes."""
        return self.plan.settings

    def forecasts(self, number: int = 8) -> list[Forecast]:
        """Return what to expect by each of the first `number` k; where the run's is larger, by as many up to that."""
        steps, tokens_in = self.forecast.steps, prompt_tokens(self.task)
        order, model = self.order, self.plan.model
        figures = as_drawn(figures_of(order, model), model, first_request(order, self.task))
        rule = self.order.rule if ":" not in self.order.rule else AHEAD  # a table has no other k to compare with
        last = max(number, self.forecast.k)
        margins = range(last - number + 1, last + 1)
        found = (forecast(steps, figures, k, self.order.target, tokens_in, rule) for k in margins)
        return [replace(one, independent=self.task.independent) for one in found]

    def record(self) -> dict[str, Json]:
        """Return the order as the session keeps it: enough to start the same run, and no key."""
        kept = {name: value for name, value in asdict(self.order).items() if name not in NOT_KEPT}
        base, asked = self.order.api_base, real_models(self.order)
        return {
            **kept,
            "task": catalogue.located(self.order.task),
            "voters": list(self.order.voters),
            "prices": {name: [*self.order.prices[name]] for name in asked if name in self.order.prices},
            "accept_models": list(self.order.accept_models),
            "allow": list(self.order.allow),
            "source": self.task.source(),
            "k": self.plan.started.k,
            "k_auto": self.order.k is None,
            "api_base": base if base is None else urlsplit(base)._replace(query="", fragment="").geturl(),
        }


def prepare(
    order: RunOrder, task: AnyTask | type[AnyTask] | None = None, model: Model | None = None, *, kept: bool = True
) -> PreparedRun:
    """Look an order over and make it ready to start; nothing is written and no one is called.

    Args:
        order: What is asked for.
        task: The task itself, or its class; None to find it by the order's name.
        model: Who answers, None to open whom the order names.
        kept: It is written to a file: problem and states then have to go to JSON.

    Raises:
        InputError: Something in it cannot be used; the text names it and the fix.
        TaskError: The task fails.
    """
    if isinstance(task, Task):
        with blaming(type(task)):
            return _prepare(order, task, model, kept=kept)
    family = task or catalogue.find(order.task)
    with blaming(family):
        return _prepare(order, family.load(order.options, order.source), model, kept=kept)


def _prepare(order: RunOrder, task: AnyTask, given: Model | None, *, kept: bool) -> PreparedRun:
    look_over(task, kept=kept)
    order = replace(order, undecided=policy_in_effect(order.undecided, task, attended=order.attended))
    _, stronger = _policy(order, task)
    if order.keep not in (ALL, DISSENT):
        raise InputError(f"the texts to keep are 'all' or of steps with 'dissent', got {order.keep!r}")
    model, voters = open_models(order, task, stronger) if given is None else (given, 1)
    _check_offers(order, task)
    if not 1 <= order.concurrency <= MOST_CONCURRENT:
        raise InputError(f"concurrency must be 1 to {MOST_CONCURRENT:,}, got {order.concurrency}")
    found = recall(task, order) if order.k is None and order.law is None and model.figures.p is None else None
    order = in_full(order if found is None else replace(order, law=found.law), model, task.expected_steps)
    expected = _forecast(order, task, model, "" if found is None else found.source)
    settings = _settings(order, expected.k, voters)
    limits = Limits(order.limit_samples, order.limit_usd, order.limit_tokens, order.limit_seconds)
    if limits == Limits() and model.simulated and may_never_end(task):
        limits, expected = Limits(MADE_UP_SAMPLES), replace(expected, assumptions=(*expected.assumptions, _MADE_UP))
    carried = CarriedOver(order, task, settings) if order.carry else None
    if carried is not None:
        settings, expected = replace(settings, carried=carried), reduced(expected, carried)
        order = replace(order, carry=str(carried.path.absolute()))
    plan = _plan(order, task, model, settings, limits)
    plan = replace(
        plan,
        preflight=None if carried is not None and carried.whole else plan.preflight,
        near=given is None and is_near(order, model),
        expected=expected_of(order, figures_of(order, model), expected),
    )
    return PreparedRun(order, plan, expected, carried=carried)


def _plan(order: RunOrder, task: AnyTask, model: Model, settings: Settings, limits: Limits) -> Plan:
    policy, stronger = _policy(order, task)
    return Plan(
        task=task,
        model=model,
        settings=settings,
        started=_started(order, task, model, settings),
        limits=limits,
        concurrency=order.concurrency,
        requests_per_minute=order.requests_per_minute,
        tokens_per_minute=order.tokens_per_minute,
        undecided=policy,
        stronger=stronger,
        attended=order.attended,
        breaks=tuple(map(parse_filter, order.breaks)),
        open_pool=lambda voters: open_models(replace(order, voters=tuple(voters)), task, stronger)[0],
        timeout_s=order.timeout_s,
        hopeless=policy_of(order.hopeless, attended=order.attended),
        temperatures_named=all(one.temperature not in (None, AUTO) for one in voters_of(order)),
        preflight=sent_by(order) if order.preflight and not model.simulated else None,
        accept_models=order.accept_models,
        conduct=_conduct(order),
    )


def _conduct(order: RunOrder) -> Conduct:
    """Return how a run acts on the world."""
    in_doubt = order.in_doubt or (ASK if order.attended else STOP)
    return Conduct(None, consent_of(order.allow), in_doubt, attended=order.attended, dry=order.dry_run)


def _forecast(order: RunOrder, task: AnyTask, model: Model, source: str) -> Forecast:
    """Work out what to expect of an order whose rule is written out; `source` says where its law comes from."""
    figures = as_drawn(figures_of(order, model), model, first_request(order, task))
    k = max(order.k or 1, least_k(order.rule)) if ":" in order.rule else order.k
    found = forecast(task.expected_steps, figures, k, order.target, prompt_tokens(task), order.rule)
    follows = [FOLLOWS] if follows_votes(order, figures) and task.expected_steps else []
    follows += [f"the calls of {stronger_of(order)} are not included"] if order.cascade else []
    return replace(
        found,
        auto=order.k is None,
        independent=task.independent,
        assumptions=(*found.assumptions, *follows),
        simulated=model.simulated,
        from_what=source or from_what(order, figures, model),
    )


def may_never_end(task: AnyTask) -> bool:
    """Return whether a simulated run may never end: no one knows how long it is, and what is right is made up."""
    return task.expected_steps is None and not task.has_oracle and not offers(type(task), Simulatable)


def _check_offers(order: RunOrder, task: AnyTask) -> None:
    """See to it that the task offers what the order asks of it."""
    check_out(task, order.out)
    if task.acts:
        check_source(task.source())
    step = task.step(task.start()) if order.constrain else None
    if isinstance(step, Vote | Gather) and step.form is None:
        raise InputError(f"task {task.name} words its answers itself: they have no form to constrain them to")


def _started(order: RunOrder, task: AnyTask, model: Model, settings: Settings) -> RunStarted:
    return RunStarted(
        task=order.task,
        title=task.title,
        problem=task.label,
        model=model.name,
        simulated=model.simulated,
        k=settings.k,
        rule=settings.rule,
        seed=order.seed,
        steps=task.expected_steps,
        has_oracle=task.has_oracle,
    )


def policy_in_effect(policy: str, task: AnyTask, *, attended: bool) -> str:
    """Return what is done about a step that cannot be decided, "auto" replaced by what it is for a task.

    One row of a table holds up none of the others; a step that the next one needs is a person's, if one is there.
    """
    if policy != AUTO:
        return policy
    return ASK_LATER if task.independent else ASK if attended else STOP


def _policy(order: RunOrder, task: AnyTask) -> tuple[str, str]:
    """Return what is done about a step that cannot be decided, and who gets it when it is escalated."""
    check_cascade(order)
    policy, _, escalated_to = order.undecided.partition(":")
    stronger = stronger_of(order)
    if policy not in (STOP, ASK, SKIP, ASK_LATER, ESCALATE) or bool(escalated_to) != (policy == ESCALATE):
        policies = "'stop', 'ask', 'skip', 'ask-later' or 'escalate:MODEL'"
        raise InputError(f"an undecided step is to {policies}, got {order.undecided!r}")
    if policy in (SKIP, ASK_LATER) and not task.independent:
        raise InputError(
            f"an undecided step of {task.name} cannot be left out ({policy}), since the next one starts where it ends:"
            " let it 'stop', 'ask' or 'escalate:MODEL'"
        )
    return policy, stronger


def _settings(order: RunOrder, k: int, voters: int) -> Settings:
    first, other, _ = resolve(order.first_temperature, order.temperature)
    return Settings(
        k=k,
        rule=order.rule,
        max_samples=order.max_samples,
        first_temperature=first,
        temperature=other,
        flags=FlagRules(order.max_tokens, order.paper_flags, _reasoning_room(order)),
        count=order.count,
        window=order.window,
        hedge=order.hedge,
        max_waste=order.max_waste,
        voters=voters,
        draft=order.draft if order.draft in ("", TASK) else "model",
        reuse=order.reuse,
        stronger=stronger_of(order),
        least_agreement=order.cascade_agreement if order.cascade else 0.0,
        constrain=order.constrain,
        wary=True,
    )


def _reasoning_room(order: RunOrder) -> int:
    """Return the room for reasoning that the voters are given, in output tokens."""
    if order.max_reasoning_tokens is not None:
        return order.max_reasoning_tokens
    voters = [*voters_of(order), *map(VoterSpec, others_of(order))]
    return REASONING_ROOM if any(reasons(one.model, one.reasoning or order.reasoning) for one in voters) else 0


def sent_by(order: RunOrder) -> Ordered:
    """Return what of an order decides what is sent to whom."""
    return ordered_of({name: getattr(order, name) for name in SENT})


def in_file(prepared: PreparedRun) -> Journal:
    """Open the journal of a run in the file that its order names, or in a new one in the library.

    Raises:
        InputError: The file cannot be made.
        SessionError: It cannot be written, or was written by someone else meanwhile.
    """
    order, saved = prepared.order, prepared.saved
    path = order.session or Library().new_path(order.task)
    refuse_existing(prepared.task, path if saved is None else None)
    journal = Journal(
        path, prepared.task, prepared.record(), None if saved is None else saved.branch, order.keep, name=order.name
    )
    if saved is not None and journal.position != (saved.step, len(saved.entries)):
        journal.close()
        raise SessionError(f"session {path} has been written since it was opened: open it again")
    if prepared.carried is not None and saved is None:
        prepared.carried.carry_people(path)
    return journal


async def drive(
    prepared: PreparedRun,
    inbox: Inbox | None = None,
    on_view: Callable[[RunView], None] | None = None,
    clock: Clock | None = None,
    journal_of: Callable[[PreparedRun], RunJournal] = in_file,
) -> RunView:
    """Start a prepared run and drive it to its end; return its last view.

    Args:
        prepared: What to run.
        inbox: Brings commands.
        on_view: Called with the run's state, at most 15 times a second.
        clock: Gives the time.
        journal_of: Opens the journal that it is written to.

    Raises:
        InputError: The model or the session's file cannot be used as ordered; nothing was written.
        SessionError: The session cannot be written any more; what was acknowledged is safe.
        TaskError: The task fails where the run cannot end by it.
    """
    with blaming(type(prepared.task)):
        try:
            await prepared.plan.model.check()
            with call_log(prepared.log) as log:
                logged = replace(prepared, plan=replace(prepared.plan, log=log))
                view = await _recorded(logged, inbox, on_view, clock, journal_of)
        finally:
            await prepared.plan.model.aclose()
            if prepared.carried is not None:
                prepared.carried.close()
    return with_papers(view, prepared.task, prepared.order.out, prepared.saved)


async def _recorded(
    prepared: PreparedRun,
    inbox: Inbox | None,
    on_view: Callable[[RunView], None] | None,
    clock: Clock | None,
    journal_of: Callable[[PreparedRun], RunJournal],
) -> RunView:
    journal = journal_of(prepared)
    try:
        runner = Runner(prepared.plan, journal, inbox=inbox, on_view=on_view, clock=clock, saved=prepared.saved)
        await runner.run()
    finally:
        journal.close()
    return runner.view


def prompt_tokens(task: AnyTask) -> float:
    """Tokens of the first prompt, at four characters a token; steps are alike enough for a forecast."""
    step = task.step(task.start())
    if not isinstance(step, Vote | Gather):
        return 0.0
    return (len(step.prompt.system) + len(step.prompt.user)) / CHARACTERS_PER_TOKEN
