"""A run as it is ordered, by flags or by a form, and the same made ready to start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from maker_engine import catalogue
from maker_engine.blame import blaming
from maker_engine.core.decomposition import AnyTask, Gather, Json, Vote
from maker_engine.core.errors import InputError, SessionError
from maker_engine.core.events import RunStarted
from maker_engine.core.filters import parse_filter
from maker_engine.core.red_flags import FlagRules
from maker_engine.core.settings import Settings
from maker_engine.forecast import Forecast, forecast
from maker_engine.models.opening import Access, open_pool
from maker_engine.models.pool import VoterSpec, parse_voter
from maker_engine.models.port import Model
from maker_engine.models.sampling import AUTO, DEFAULT, REASONING_ROOM, Sampling, Temperature, reasons, resolve
from maker_engine.models.simulated import CHARACTERS_PER_TOKEN
from maker_engine.runtime.clock import Clock
from maker_engine.runtime.deadlines import TOTAL
from maker_engine.runtime.gate import Inbox
from maker_engine.runtime.hopeless import policy_of
from maker_engine.runtime.limits import Limits
from maker_engine.runtime.plan import ASK, ESCALATE, STOP, Plan
from maker_engine.runtime.runner import Runner
from maker_engine.runtime.view import RunView
from maker_engine.sessions.journal import ALL, DISSENT, Journal
from maker_engine.sessions.library import Library
from maker_engine.sessions.saved import SavedRun

MOST_CONCURRENT = 1_000
NOT_KEPT = {"options", "session", "apart", "attended", "breaks"}
"""Fields of an order that say nothing about the run itself; the source holds what the options chose."""
TASK = "task"
"""The draft that a task makes itself."""


@dataclass(frozen=True, slots=True)
class RunOrder:
    """What a user asks for.

    Attributes:
        task: Name of the task, or the path of its file or folder.
        options: The task's own options.
        source: Text of a problem file, None for the problem the options describe.
        model: `sim…` or a LiteLLM provider string.
        voters: Several voters that take turns instead of `model`, each as `pool.parse_voter` reads it.
        api_base: Endpoint of a local or private server.
        k: Margin, None for the smallest that reaches `target` (Eq. 14).
        target: Probability that the whole run is right, for an automatic k.
        temperature: Of every sample but a step's first: a number, "auto" for the paper's where the model takes it, or
            "none" to send none.
        first_temperature: Of a step's first sample, likewise.
        reasoning: How much the model is asked to reason, one of `sampling.EFFORTS`; "default" says nothing to it.
        max_tokens: Most output tokens of an answer.
        max_reasoning_tokens: Room for reasoning beside the answer, in output tokens; None for `REASONING_ROOM` where
            the model is known to reason, and else for none of its own.
        paper_flags: Keep to the paper's two red flags.
        max_samples: Most samples a step may draw, None for the default.
        concurrency: Most samples in flight.
        seed: Of the simulated model.
        limit_samples: Most samples of the run.
        limit_usd: Most dollars of the run.
        limit_tokens: Most tokens of the run, prompts included.
        limit_seconds: Longest going time of the run.
        requests_per_minute: The provider's limit, None for none.
        tokens_per_minute: Likewise.
        timeout_s: Deadline of a call, from when it is likely to have left the server's queue.
        count: "launch" to count samples in launch order, "arrival" to prefer fast answers.
        window: Most steps in flight.
        hedge: Second calls for so many of a step's slowest samples.
        max_waste: Share of all samples that may be drawn for nothing.
        draft: "task", or a model that predicts steps before their first vote; empty for neither.
        reuse: Take the decision of an earlier step over where the prompt is the same.
        undecided: "stop", "ask", or "escalate:MODEL".
        hopeless: What happens to a step of which a dozen samples in a row were flagged: "hold", "stop" or "warm"; None
            to hold the run where it is attended, and else to stop it.
        session: File to write, None for a new one in the library.
        keep: "all" to keep the text of every response, "dissent" of those in steps with dissent or a flag.
        apart: Run the provider's library in a process of its own, so that it never stalls a screen.
        attended: There is somebody to answer questions while it runs; else the first question stops it.
        breaks: Breakpoints to begin with, as `filters.parse_filter` reads them.
    """

    task: str
    options: Mapping[str, int | str] = field(default_factory=dict)
    source: str | None = None
    model: str = "sim"
    voters: tuple[str, ...] = ()
    api_base: str | None = None
    k: int | None = None
    target: float = 0.95
    rule: str = "ahead"
    temperature: Temperature = AUTO
    first_temperature: Temperature = AUTO
    reasoning: str = DEFAULT
    max_tokens: int = 750
    max_reasoning_tokens: int | None = None
    paper_flags: bool = False
    max_samples: int | None = None
    concurrency: int = 8
    seed: int = 0
    limit_samples: int | None = None
    limit_usd: float | None = None
    limit_tokens: int | None = None
    limit_seconds: float | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    timeout_s: float = 120.0
    count: str = "launch"
    window: int = 8
    hedge: int = 0
    max_waste: float = 0.1
    draft: str = ""
    reuse: bool = False
    undecided: str = STOP
    hopeless: str | None = None
    session: Path | None = None
    keep: str = ALL
    apart: bool = False
    attended: bool = False
    breaks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PreparedRun:
    """A run that is ready to start: everything that could be wrong with the order has been looked at.

    Attributes:
        order: What was asked for.
        plan: What the runner drives.
        forecast: What to expect.
        saved: The run to go on from, None for a new one.
    """

    order: RunOrder
    plan: Plan
    forecast: Forecast
    saved: SavedRun | None = None

    @property
    def task(self) -> AnyTask:
        """What is solved."""
        return self.plan.task

    @property
    def settings(self) -> Settings:
        """How it votes."""
        return self.plan.settings

    def record(self) -> dict[str, Json]:
        """The order as the session keeps it: enough to start the same run, and no key."""
        kept = {name: value for name, value in asdict(self.order).items() if name not in NOT_KEPT}
        base = self.order.api_base
        return {
            **kept,
            "voters": list(self.order.voters),
            "source": self.task.source(),
            "k": self.plan.started.k,
            "k_auto": self.order.k is None,
            "api_base": base if base is None else urlsplit(base)._replace(query="", fragment="").geturl(),
        }


def prepare(order: RunOrder, family: type[AnyTask] | None = None) -> PreparedRun:
    """Look an order over and make it ready to start; nothing is written and nobody is called.

    Args:
        order: What is asked for.
        family: The task's class, None to find it by the order's name.

    Raises:
        InputError: Something in it cannot be used; the text names it and the mend.
        TaskError: The task fails.
    """
    family = family or catalogue.find(order.task)
    with blaming(family):
        return _prepare(order, family.load(order.options, order.source))


def _prepare(order: RunOrder, task: AnyTask) -> PreparedRun:
    policy, stronger = _policy(order)
    if order.keep not in (ALL, DISSENT):
        raise InputError(f"the texts to keep are 'all' or of steps with 'dissent', got {order.keep!r}")
    model, voters = _open_models(order, task, stronger)
    if not 1 <= order.concurrency <= MOST_CONCURRENT:
        raise InputError(f"concurrency must be 1 to {MOST_CONCURRENT:,}, got {order.concurrency}")
    expected = forecast(task.expected_steps, model.figures, order.k, order.target, _prompt_tokens(task))
    settings = _settings(order, expected.k if order.k is None else order.k, voters)
    plan = Plan(
        task,
        model,
        settings,
        _started(order, task, model, settings),
        Limits(order.limit_samples, order.limit_usd, order.limit_tokens, order.limit_seconds),
        order.concurrency,
        order.requests_per_minute,
        order.tokens_per_minute,
        policy,
        stronger,
        order.attended,
        tuple(map(parse_filter, order.breaks)),
        lambda voters: _open_models(replace(order, voters=tuple(voters)), task, stronger)[0],
        order.timeout_s,
        _is_near(order, model),
        hopeless=policy_of(order.hopeless, attended=order.attended),
        temperatures_named=all(one.temperature not in (None, AUTO) for one in _voters(order)),
    )
    return PreparedRun(order, plan, expected)


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


def _policy(order: RunOrder) -> tuple[str, str]:
    """Return what is done about a step that cannot be decided, and who gets it when it is escalated."""
    policy, _, stronger = order.undecided.partition(":")
    if policy not in (STOP, ASK, ESCALATE) or bool(stronger) != (policy == ESCALATE):
        raise InputError(f"an undecided step is to 'stop', 'ask' or 'escalate:MODEL', got {order.undecided!r}")
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
        wary=True,
    )


def _reasoning_room(order: RunOrder) -> int:
    """Return the room for reasoning that the voters are given, in output tokens."""
    if order.max_reasoning_tokens is not None:
        return order.max_reasoning_tokens
    others = [VoterSpec(name) for name in (order.undecided.partition(":")[2], order.draft) if name not in ("", TASK)]
    voters = [*_voters(order), *others]
    return REASONING_ROOM if any(reasons(one.model, one.reasoning or order.reasoning) for one in voters) else 0


def _voters(order: RunOrder) -> list[VoterSpec]:
    return [parse_voter(text) for text in order.voters] or [VoterSpec(order.model)]


def _open_models(order: RunOrder, task: AnyTask, stronger: str) -> tuple[Model, int]:
    """Open everybody who answers; return them as one model, and the number of voters."""
    if not order.timeout_s > 0:
        raise InputError(f"the timeout of a call must be above 0 seconds, got {order.timeout_s:g}")
    voters = _voters(order)
    sampling = Sampling(order.reasoning, resolve(order.first_temperature, order.temperature)[2])
    model = open_pool(
        voters,
        task,
        # The runner cuts calls by a deadline that moves; the model's own is beyond any of it.
        Access(order.api_base, (TOTAL + 1) * order.timeout_s, sampling, order.apart),
        draft="" if order.draft == TASK else order.draft,
        stronger=stronger,
        seed=order.seed,
    )
    return model, len(voters)


def _is_near(order: RunOrder, model: Model) -> bool:
    if model.simulated:
        return False
    from maker_engine.models.litellm_route import is_near  # noqa: PLC0415 - only a real model pays for it

    return all(is_near(voter.model, order.api_base) for voter in _voters(order))


async def drive(
    prepared: PreparedRun,
    inbox: Inbox,
    on_view: Callable[[RunView], None],
    clock: Clock | None = None,
) -> RunView:
    """Start a prepared run and drive it to its end; return its last view.

    Raises:
        InputError: The model or the session's file cannot be used as ordered; nothing was written.
        SessionError: The session cannot be written any more; what was acknowledged is safe.
        TaskError: The task fails where the run cannot end by it.
    """
    with blaming(type(prepared.task)):
        return await _drive(prepared, inbox, on_view, clock)


async def _drive(
    prepared: PreparedRun, inbox: Inbox, on_view: Callable[[RunView], None], clock: Clock | None
) -> RunView:
    order = prepared.order
    try:
        await prepared.plan.model.check()
        saved = prepared.saved
        path = order.session or Library().new_path(order.task)
        branch = None if saved is None else saved.branch
        journal = Journal(path, prepared.task, prepared.record(), branch, order.keep)
        try:
            if saved is not None and journal.stands_at != (saved.step, len(saved.entries)):
                raise SessionError(f"session {path} has been written since it was opened: open it again")
            runner = Runner(prepared.plan, journal, inbox=inbox, on_view=on_view, clock=clock, saved=saved)
            await runner.run()
        finally:
            journal.close()
        return runner.view
    finally:
        await prepared.plan.model.aclose()


def _prompt_tokens(task: AnyTask) -> float:
    """Tokens of the first prompt, at four characters a token; steps are alike enough for a forecast."""
    step = task.step(task.start())
    if not isinstance(step, Vote | Gather):
        return 0.0
    return (len(step.prompt.system) + len(step.prompt.user)) / CHARACTERS_PER_TOKEN
