"""The table of all options of a run, in the order in which they are shown."""

from __future__ import annotations

from maker_engine.core.errors import InputError
from maker_engine.core.solving.hopeless import HOLD, POLICIES
from maker_engine.core.voting import LEADS, RULES, named_rule
from maker_engine.models.names import read_cascade
from maker_engine.models.prices import PRICE_FORM, read_price
from maker_engine.models.sampling import (
    DEFAULT,
    EFFORTS,
    MOST_ANSWERS,
    REASONING_ROOM,
    read_answers,
    read_temperature,
)
from maker_engine.options.kinds import (
    AUTO,
    NONE,
    Kind,
    Value,
    any_whole,
    choice,
    number,
    path,
    share,
    special,
    switch,
    text,
    texts,
    whole,
    wrong,
)
from maker_engine.options.option import ACTING, GROUPS, LIMITS, MODEL, RECORD, SPEED, VOTING, Group, RunOption
from maker_engine.printable import one_line

MOST_CONCURRENT, MOST_WINDOW = 1_000, 10_000
MOST_K = 100_000
"""Every round asks for so many samples at once; for 10^14 steps at p = 0.51 a k of 881 is enough."""
PAPER = "paper"
ASK, STOP, ESCALATE = "ask", "stop", "escalate:"
SKIP, ASK_LATER = "skip", "ask-later"
_UNDECIDED = f"{AUTO}, {STOP}, {ASK}, {SKIP}, {ASK_LATER} or {ESCALATE}MODEL"
_VOTER = "'MODEL [temperature=T] [reasoning=EFFORT] [variant=NAME]'"


def _model(given: str) -> None:
    if not given:
        raise InputError("no model is named; write sim, or a provider string such as openai/gpt-6-luna")


def _voter(given: str) -> None:
    from maker_engine.models.pool import parse_voter  # noqa: PLC0415 - most runs have no pool

    parse_voter(given)


def _breakpoint(given: str) -> None:
    from maker_engine.core.filters.language import parse_filter  # noqa: PLC0415 - most runs have none

    parse_filter(given)


def _scope(given: str) -> None:
    from maker_engine.effects.consent import parse_scope  # noqa: PLC0415 - most runs act on nothing

    parse_scope(given)


def _price(given: str) -> None:
    read_price(given.rpartition("=")[2])


def _undecided(given: str) -> str:
    stronger = given.removeprefix(ESCALATE)
    if given not in (AUTO, STOP, ASK, SKIP, ASK_LATER) and (stronger in ("", given)):
        raise wrong(_UNDECIDED, given)
    return given


def _rule(given: str) -> str:
    if given.partition(":")[0] not in RULES:
        raise wrong(_RULES, given)
    if given != LEADS:
        named_rule(given, 1)
    return given


def _law(given: str) -> None:
    from maker_engine.law_files import read_law  # noqa: PLC0415 - most runs have none

    read_law(given)


def _cascade(given: str) -> str:
    return "->".join(read_cascade(given))


_RULES = "ahead, first, lead-table, a table such as lead-table:2,7,9, or certificate:0.001"
_RULE = Kind(_RULES, _rule, "RULE")
_TEMPERATURE = special("T", "auto, none or a number from 0 to 2", read_temperature)
_LIMIT = whole(empty=NONE)

OPTIONS: tuple[RunOption, ...] = (
    RunOption(
        "model", MODEL, text("MODEL", _model), "sim",
        "who answers: sim, sim:paper, sim:p=0.95,v=0.97,latency=0.3,hard=0.001 (simulated), or a LiteLLM name such as"
        " openai/gpt-6-luna",
    ),
    RunOption(
        "voters", MODEL, texts("SPEC", _voter), (),
        f"a voter of a pool that takes turns instead of one model, several times: {_VOTER}", singular="voter",
    ),
    RunOption("api_base", MODEL, text("URL", empty=NONE), None, "endpoint of a local or private server"),
    RunOption("seed", MODEL, any_whole(), 0, "of the simulated model; the same seed gives the same run"),
    RunOption(
        "temperature", MODEL, _TEMPERATURE, AUTO,
        "of all samples but a step's first: auto (0.1 where the model takes one), none, or a number from 0 to 2",
    ),
    RunOption(
        "first_temperature", MODEL, _TEMPERATURE, AUTO,
        "of each step's first sample: auto (0 where the model takes one), none, or a number from 0 to 2",
    ),
    RunOption(
        "reasoning", MODEL, choice(*EFFORTS), DEFAULT,
        "how much the model is asked to reason before it answers; default says nothing to it",
    ),
    RunOption(
        "max_tokens", MODEL, whole(), 750, "longest answer in output tokens, else flagged; reasoning is not counted"
    ),
    RunOption(
        "max_reasoning_tokens", MODEL, whole(0, empty=AUTO), None,
        f"room for reasoning beside the answer, else flagged; auto is {REASONING_ROOM:,} where a model is known to"
        " reason",
    ),
    RunOption(
        "preflight", MODEL, switch(), True, "check a real model by two or three calls before the first step"
    ),
    RunOption(
        "accept_models", MODEL, texts("NAME"), (),
        "a model that may answer in place of the one asked, or any, several times; others stop the run",
        singular="accept_model",
    ),
    RunOption(
        "k", VOTING, whole(1, MOST_K, empty=AUTO), None,
        "votes that a candidate must be ahead to be decided; auto is the smallest that reaches the target",
    ),
    RunOption(
        "target", VOTING, number("P", below=1), 0.95,
        "probability that the run is right, of independent rows that none is wrong, for an automatic k",
    ),
    RunOption(
        "rule", VOTING, _RULE, "ahead",
        "the voting rule: first to be ahead by k, as in the paper; first to k votes, weaker at the same k; lead-table,"
        " where the lead needed grows with the dissent by the law of p, or such a table written out; or certificate:P",
        also="voting",
    ),
    RunOption(
        "law", VOTING, text("NAME|FILE", _law, expects="a law of p", empty=NONE), None,
        "the law of p over the steps, for an automatic k, the forecast and a lead table: A to E, or a JSON file of"
        " [p, weight] pairs or of a calibration; none takes what is known of the model",
    ),
    RunOption(
        "flags", VOTING, choice("all", PAPER), "all",
        "red flags: all signs of an unreliable response, or the paper's two, length and format", field="paper_flags",
    ),
    RunOption(
        "constrain", VOTING, choice("schema", "grammar", empty=NONE), None,
        "have the provider hold answers to their form, where the task has one: by a JSON schema, or by a grammar"
        " (llama.cpp's)",
    ),
    RunOption(
        "max_samples", VOTING, whole(empty=AUTO), None,
        "most samples of a step, after which it is undecided; auto is 20 k, at least 100, or 400 by a table of leads",
    ),
    RunOption(
        "undecided", VOTING, special("POLICY", _UNDECIDED, _undecided), AUTO,
        "what happens to a step that is undecided: stop, ask (a person, in the app) or escalate:MODEL; where no step"
        " depends on another, skip leaves it undecided and continues, and ask-later notes that a person is to be asked;"
        " auto is ask-later there, and elsewhere asks in the app and stops without it", attended=ASK,
    ),
    RunOption(
        "cascade", VOTING, Kind("two models such as CHEAP->STRONG", _cascade, "CHEAP->STRONG", empty=NONE), None,
        "two models, CHEAP->STRONG (in quotes; a comma will do): the first votes on every step, and what it does not"
        " decide clearly gets a fresh ballot of the second; what that one does not decide is undecided",
    ),
    RunOption(
        "cascade_agreement", VOTING, share(), 0.5,
        "how clear the votes of a cascade's first model have to be: the least margin as a share of the votes; 0 to"
        " escalate only after the most samples",
    ),
    RunOption(
        "hopeless", VOTING, choice(*POLICIES, empty=AUTO), None,
        "where a dozen samples of a step in a row are flagged: hold, stop, or warm (first a higher temperature, then a"
        " reminder of the form); auto holds in the app and stops without it", attended=HOLD,
    ),
    RunOption(
        "count", VOTING, choice("launch", "arrival"), "launch",
        "count votes in the order of launch, or of arrival, which is biased towards fast answers",
    ),
    RunOption(
        "reuse", VOTING, switch(), False,
        "take over the decision of an identical prompt; there is no independent vote then",
    ),
    RunOption(
        "n", SPEED, special("N|auto", "a whole number or auto", read_answers, f"1 to {MOST_ANSWERS}"), AUTO,
        "most answers that one call may bring, its prompt paid for once: auto (all that a step needs now, where the"
        " model gives several and they differ), or a number; 1 for a call a sample",
    ),
    RunOption(
        "concurrency", SPEED, whole(1, MOST_CONCURRENT), 8,
        "most samples in flight; halved when calls time out, raised again when they are answered",
    ),
    RunOption("window", SPEED, whole(1, MOST_WINDOW), 8, "most steps in flight; 1 never looks ahead"),
    RunOption("hedge", SPEED, whole(0), 0, "second calls for so many of a step's slowest samples"),
    RunOption(
        "draft", SPEED, text("MODEL|task", empty=NONE), None,
        "a model, or task for the task's own draft, that predicts steps, blind to the votes and never one of them",
    ),
    RunOption(
        "max_waste", SPEED, share(), 0.1,
        "most samples drawn ahead for nothing, of all drawn so far, however the run ends",
    ),
    RunOption(
        "timeout", SPEED, number("S"), 120.0,
        "seconds that a call may take from when its turn has come in the server's queue; a sample that timed out is"
        " asked for again with twice as many, up to 8 times", field="timeout_s",
    ),
    RunOption("rpm", SPEED, number(empty=NONE), None, "most requests a minute", field="requests_per_minute"),
    RunOption("tpm", SPEED, number(empty=NONE), None, "most tokens a minute", field="tokens_per_minute"),
    RunOption("limit_samples", LIMITS, _LIMIT, None, "end as out of budget after so many samples"),
    RunOption(
        "limit_usd", LIMITS, number("USD", empty=NONE), None,
        "end as out of budget before a call that may go over so many dollars",
    ),
    RunOption(
        "limit_tokens", LIMITS, _LIMIT, None,
        "end as out of budget before a call that may go over so many tokens; where a server reports none, one token"
        " for 4 characters counts",
    ),
    RunOption(
        "limit_minutes", LIMITS, number("M", empty=NONE), None,
        "end as out of budget after so many minutes, waits for the provider included and pauses not; calls in flight"
        " are then waited for only where their price is known", field="limit_seconds",
    ),
    RunOption(
        "prices", LIMITS, texts(PRICE_FORM, _price), (),
        f"what the model costs, in dollars per million tokens; of several, MODEL={PRICE_FORM} for each; without it"
        " the [prices] of the settings file, then list prices", singular="price",
    ),
    RunOption(
        "allow", ACTING, texts("SCOPE", _scope), (),
        "what the task's effects may touch, several times: http:HOST[:PORT], sql:FILE, exec:PROGRAM; write:http:HOST"
        " and write:sql:FILE allow changes too",
    ),
    RunOption(
        "in_doubt", ACTING, choice(STOP, ASK, "again", "failed", empty=AUTO), None,
        "where it is unknown whether an effect happened before a crash: stop, ask (a person, in the app), again"
        " (do it, perhaps twice) or failed (the task continues without it); auto asks in the app and stops without it",
        attended=ASK,
    ),
    RunOption(
        "dry_run", ACTING, switch(), False,
        "show every effect in order and do none; the task imitates what comes of each, but for reads that are allowed",
    ),
    RunOption("name", RECORD, text("TEXT", empty=NONE), None, "what the session is called in the library"),
    RunOption("session", RECORD, path("FILE", empty=NONE), None, "session file to write, which must not exist yet"),
    RunOption(
        "from_session", RECORD, text("SESSION", empty=NONE), None,
        "an earlier session of rows: what it has decided on unchanged questions is carried over and not asked again",
        singular="from", field="carry",
    ),
    RunOption(
        "out", RECORD, path("DIR", empty=NONE), None,
        "folder for the papers of a task that writes some (api_tests, build_order, deployment, interview, migration,"
        " scheduling), or file for the table of records, CSV or .jsonl; written once the run has come to a result",
    ),
    RunOption(
        "keep", RECORD, choice("all", "dissent"), "all",
        "keep the texts of all responses, or only of steps with dissent or a flag",
    ),
    RunOption(
        "breakpoints", RECORD, texts("FILTER", _breakpoint), (),
        "hold at every step for which this becomes true, several times: dissent, 'flag:length', 'votes>=5'",
        singular="break", field="breaks", attended="any",
    ),
)  # fmt: skip
"""All of them."""

BY_NAME = {option.name: option for option in OPTIONS}
"""Each by its name."""


def of_group(group: Group) -> tuple[RunOption, ...]:
    """Return the options of a group, in their order."""
    return tuple(option for option in OPTIONS if option.group == group)


def find(name: str) -> RunOption:
    """Return an option by its name, or as its flag has it; dashes and underscores are the same.

    Raises:
        InputError: There is none; a near one is named.
    """
    wanted = name.replace("-", "_")
    for option in OPTIONS:
        if wanted in (option.name, option.singular):
            return option
    from difflib import get_close_matches  # noqa: PLC0415 - 10 ms that only an error pays

    near = get_close_matches(wanted, BY_NAME, 1)
    mend = f"did you mean {near[0]}?" if near else f"there are {', '.join(BY_NAME)}"
    raise InputError(f"{one_line(name, 40)} is not an option of a run: {mend}")


def flag_names() -> frozenset[str]:
    """Return the names of all flags of options, with underscores: those that a task's own options cannot have."""
    names = {flag.removeprefix("--").replace("-", "_") for option in OPTIONS for flag in option.flags}
    return frozenset(names | {f"no_{option.name}" for option in OPTIONS if option.is_switch})


def values_of(given: dict[str, object]) -> dict[str, Value]:
    """Make values of what is given for options, by their names.

    Raises:
        InputError: There is no such option, or one cannot have such a value.
    """
    return {(option := find(name)).name: option.value_of(value) for name, value in given.items()}


__all__ = ["BY_NAME", "GROUPS", "OPTIONS", "find", "flag_names", "of_group", "values_of"]
