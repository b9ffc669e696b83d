"""`maker review PLAN.json`: what in a plan is approved, asked about or blocked, before anyone applies it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maker_engine.arguments import Arguments
from maker_engine.input_files import path_of, read_named
from maker_engine.output import complain, say_json, say_text, versioned, write_document

if TYPE_CHECKING:
    from maker_engine.api.results import Run
    from maker_engine.core.decomposition import AnyTask

TASK, RULES = "provisioning", "rules"
LARGEST = 64_000_000
"""Bytes of a plan."""
_PAPERS = {"table": "review.txt", "json": "review.json", "markdown": "review.md", "sarif": "review.sarif"}
EXAMPLES = """\
examples:
  terraform show -json plan.out > plan.json && maker review plan.json
  maker review plan.json --policy policy.yaml --markdown >> "$GITHUB_STEP_SUMMARY"
  maker review plan.json --sarif > review.sarif
  maker review plan.json --policy policy.yaml --model openai/gpt-6-luna --limit-usd 1
  maker review changeset.json --template stack.yaml --json

what is read, the rules and the policy: docs/review.md

exit status: 0 everything is approved, 1 something is to be asked about or blocked, 2 bad input
"""


def main(arguments: Sequence[str]) -> int:
    """Review a plan before anyone applies it: approve, ask or block, a verdict a change.

    Returns:
        The exit status: 0 all approved, 1 otherwise.

    Raises:
        InputError: A flag, the plan, the policy or the model cannot be used.
    """
    chosen = _parser().parse_args(arguments)
    task = _task(chosen)
    papers = _by_rules(task) if chosen.model == RULES else _by_vote(task, chosen)
    found: dict[str, Any] = json.loads(papers["review.json"])
    if chosen.form == "json":
        say_json(versioned(found))
    elif chosen.form == "table":
        say_text(papers[_PAPERS["table"]])
    else:
        write_document([papers[_PAPERS[chosen.form]]])
    return 0 if found["counts"]["ask"] + found["counts"]["block"] == 0 else 1


def _task(chosen: argparse.Namespace) -> AnyTask:
    from maker_engine import catalogue  # noqa: PLC0415 - help needs no task

    source = read_named(path_of(chosen.plan), "plan", LARGEST)
    options = {"mode": "review", "policy": chosen.policy, "template": chosen.template, "called": Path(chosen.plan).name}
    return catalogue.find(TASK).load(options, source)


def _by_rules(task: AnyTask) -> Mapping[str, str]:
    """Return the papers of a review by the rules in code alone."""
    state = task.start()
    while (verdict := task.oracle(state)) is not None:
        state = task.apply(state, verdict)
    return task.papers(state, {})


def _by_vote(task: AnyTask, chosen: argparse.Namespace) -> Mapping[str, str]:
    """Return the papers of a review by agents; what they did not decide is to be asked about."""
    from maker_engine.api.running import solve  # noqa: PLC0415 - a review by rules needs no model

    if not task.expected_steps:
        return task.papers(task.start(), {})
    run = solve(
        task, model=chosen.model, k=chosen.k, session=chosen.session, api_base=chosen.api_base,
        limit_usd=chosen.limit_usd, seed=chosen.seed,
    )  # fmt: skip
    ballots = _ballots(run)
    state: Any = run.state
    if not run.ok and task.step(state) is not None:
        complain(f"not every change was decided, the others are to be asked about: {run.reason}")
    number = len(run.steps)
    while task.step(state) is not None:
        state = task.apply(state, "ask")
        ballots[number] = (("undecided", 0),)
        number += 1
    return task.papers(state, ballots)


def _ballots(run: Run) -> dict[int, tuple[tuple[Hashable, int], ...]]:
    return {step.number: step.votes for step in run.steps}


def _parser() -> Arguments:
    parser = Arguments(
        prog="maker review",
        description="Review a plan before anybody applies it. Nothing is applied; no server is asked but a model's.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "plan", metavar="PLAN.json", help="of terraform show -json, describe-change-set or pulumi preview --json"
    )
    parser.add_argument("--policy", default="", metavar="FILE", help="data, scope, questions, words")
    parser.add_argument("--template", default="", metavar="FILE", help="the CloudFormation template of a change set")
    forms = parser.add_mutually_exclusive_group()
    for form in ("json", "markdown", "sarif"):
        forms.add_argument(f"--{form}", dest="form", action="store_const", const=form, help=f"print {form}")
    parser.set_defaults(form="table")
    parser.add_argument(
        "--model", default=RULES, metavar="MODEL",
        help="agents vote on each change as well; without, the rules in code decide, for $0",
    )  # fmt: skip
    parser.add_argument(
        "--k", type=int, metavar="K", help="votes ahead that decide (default by the model's error rate)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the simulated model (default 0)")
    parser.add_argument("--api-base", metavar="URL", help="server of the model")
    parser.add_argument("--limit-usd", type=float, metavar="USD", help="most dollars")
    parser.add_argument("--session", type=Path, metavar="FILE", help="where to record the votes (default nowhere)")
    return parser
