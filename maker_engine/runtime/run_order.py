"""A run as a user orders it: every option, and its default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from maker_engine.models.sampling import AUTO, DEFAULT, Answers, Temperature
from maker_engine.sessions.store.journal import ALL

NOT_KEPT = {"options", "session", "out", "name", "apart", "attended", "breaks", "in_doubt"}
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
        rule: The voting rule, as `voting.named_rule` reads it; "lead-table" alone is worked out from the law of p.
        law: The law of p over the steps, by name or file; None for what is known of the model.
        temperature: Of every sample but a step's first: a number, "auto" for the paper's where the model takes it, or
            "none" to send none.
        first_temperature: Of a step's first sample, likewise.
        reasoning: How much the model is asked to reason, one of `sampling.EFFORTS`; "default" says nothing to it.
        max_tokens: Most output tokens of an answer.
        max_reasoning_tokens: Room for reasoning beside the answer, in output tokens; None for `REASONING_ROOM` where
            the model is known to reason, and else for none of its own.
        paper_flags: Keep to the paper's two red flags.
        max_samples: Most samples a step may draw, None for the default.
        n: Most answers that one call may bring: a number, or "auto" for as many as are needed at once, where the model
            gives several and they differ.
        concurrency: Most samples in flight.
        constrain: Have the provider hold answers to their form, by a JSON "schema" or a "grammar" (llama.cpp's); "" to
            leave them free. Only steps with a form of answer can be held to it.
        seed: Of the simulated model.
        limit_samples: Most samples of the run.
        limit_usd: Most dollars of the run.
        limit_tokens: Most tokens of the run, prompts included.
        limit_seconds: Longest going time of the run.
        prices: What a model costs, by its name: dollars per million tokens, as `prices.PRICE_FORM` has them. They go
            before list prices.
        accept_models: Names of models that may answer in place of the ones that were asked; "any" for all.
        requests_per_minute: The provider's limit, None for none.
        tokens_per_minute: Likewise.
        timeout_s: Deadline of a call, from when it is likely to have left the server's queue.
        count: "launch" to count samples in launch order, "arrival" to prefer fast answers.
        window: Most steps in flight.
        hedge: Second calls for so many of a step's slowest samples.
        max_waste: Share of all samples that may be drawn for nothing.
        draft: "task", or a model that predicts steps before their first vote; empty for neither.
        reuse: Take the decision of an earlier step over where the prompt is the same.
        undecided: "stop", "ask", "escalate:MODEL", or, of independent steps, "skip" or "ask-later"; "auto" is ask-later
            where the steps are independent, else ask where the run is attended, and else stop.
        cascade: "CHEAP->STRONG": the first is the model, and what it does not decide clearly gets a fresh ballot of the
            second, before `undecided` applies; empty for none.
        cascade_agreement: The least margin, as a share of the votes, by which the first of them decides.
        hopeless: What happens to a step of which a dozen samples in a row were flagged: "hold", "stop" or "warm"; None
            to hold the run where it is attended, and else to stop it.
        name: What the session is called in the library, empty for nothing.
        session: File to write, None for a new one in the library.
        out: Folder for the task's papers, or file for its table of rows, written once the run has a result; None for
            none.
        keep: "all" to keep the text of every response, "dissent" of those in steps with dissent or a flag.
        carry: Path of an earlier session, whose decisions on unchanged questions are carried over; empty for none.
        apart: Run the provider's library in a process of its own, so that it never stalls a screen.
        attended: There is someone to answer questions while it runs; else the first question stops it.
        breaks: Breakpoints to begin with, as `filters.parse_filter` reads them.
        preflight: Check a real model by a few calls before the first step.
        allow: What effects may touch, as `effects.consent.parse_scope` reads it.
        in_doubt: What happens to an effect of which it is unknown whether it has happened: "ask", "stop", "again" or
            "failed"; None to ask where the run is attended, and else to stop it.
        dry_run: Nothing is done: the task imitates what comes of each effect, but for reads that are allowed.
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
    law: str | None = None
    temperature: Temperature = AUTO
    first_temperature: Temperature = AUTO
    reasoning: str = DEFAULT
    max_tokens: int = 750
    max_reasoning_tokens: int | None = None
    paper_flags: bool = False
    max_samples: int | None = None
    n: Answers = AUTO
    constrain: str = ""
    concurrency: int = 8
    seed: int = 0
    limit_samples: int | None = None
    limit_usd: float | None = None
    limit_tokens: int | None = None
    limit_seconds: float | None = None
    prices: Mapping[str, Sequence[float]] = field(default_factory=dict)
    accept_models: tuple[str, ...] = ()
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    timeout_s: float = 120.0
    count: str = "launch"
    window: int = 8
    hedge: int = 0
    max_waste: float = 0.1
    draft: str = ""
    reuse: bool = False
    undecided: str = AUTO
    cascade: str = ""
    cascade_agreement: float = 0.5
    hopeless: str | None = None
    name: str = ""
    session: Path | None = None
    out: Path | None = None
    keep: str = ALL
    carry: str = ""
    apart: bool = False
    attended: bool = False
    breaks: tuple[str, ...] = ()
    preflight: bool = True
    allow: tuple[str, ...] = ()
    in_doubt: str | None = None
    dry_run: bool = False

    def with_prices(self, prices: Mapping[str, Sequence[float]]) -> RunOrder:
        """Return the same order with prices that go before those it has."""
        return replace(self, prices={**self.prices, **prices})
