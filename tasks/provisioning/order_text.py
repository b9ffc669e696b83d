"""What an agent reads and writes where the order is decided, and how a model is imitated."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from maker_engine.core.decomposition import Mistake
from maker_engine.core.errors import TaskError
from maker_engine.core.red_flags import INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, Prompt, excerpt
from maker_engine.printable import one_line

from .clock import BROKEN, FATES, REFUSED, RETRY, STOP, TAINT, TRANSIENT, Answer, Fate, Go, Question, State
from .jobs import Job
from .problem import Problem, seconds

SYSTEM = (
    "You decide on one step of an infrastructure change at a time. Apply the rule you are given to the facts you are"
    " given, and end with the answer in exactly the form that is asked for."
)
MOST_ROWS = 40
"""Ready jobs that are shown; the others have shorter paths, so that the rule takes none of them."""
_WORDS = {
    TRANSIENT: "the provider was busy; nothing was made",
    BROKEN: "it was made in part; something is there that does not work",
    REFUSED: "the provider refused it; nothing was made",
}
_ROW = re.compile(r"^(\d+)\. (.+): (?:create|update|delete), [\d.]+ s, path ([\d.]+) s$", re.MULTILINE)
_FAILED = re.compile(r"^(.+) failed in attempt (\d+) of (\d+): (.+)\.$", re.MULTILINE)
_PART = re.compile(r"[\s*`>\-•]*(start|number|path|fate|failure)\s*[=:]\s*(.+?)[\s*`]*", re.IGNORECASE)


def rows_of(problem: Problem, ready: Sequence[Job]) -> list[Job]:
    """Return the jobs that are shown, sorted by id."""
    longest = sorted(ready, key=lambda job: (-problem.behind[job.id], job.id))[:MOST_ROWS]
    return sorted(longest, key=lambda job: job.id)


def prompt(problem: Problem, state: State, question: Question) -> Prompt:
    """Ask a question."""
    if question.job is not None:
        return Prompt(SYSTEM, _fate_text(problem, question, question.job))
    rows = rows_of(problem, question.ready)
    listed = "\n".join(
        f"{number}. {job.id}: {job.action}, {seconds(job.millis)} s, path {seconds(problem.behind[job.id])} s"
        for number, job in enumerate(rows, 1)
    )
    done = len({one.job for one in state.over})
    more = f" ({len(question.ready)} in all; the others have shorter paths)" if len(rows) < len(question.ready) else ""
    user = f"""{done} of {len(problem.jobs)} jobs are over, {len(state.running)} of {problem.slots} slots are taken, \
the clock is at {seconds(state.clock)} s.
These jobs are ready to start{more}:
{listed}
"path" is the time from the start of the job to the end of the longest chain of jobs that wait for it.
Rule: start the job with the longest path; of several with the same path, the one that comes first in this list.
End with these lines and nothing after them, copied from the row you choose:
number = NUMBER
path = SECONDS
start = NAME"""
    return Prompt(SYSTEM, user)


def _fate_text(problem: Problem, question: Question, job: Job) -> str:
    return f"""{job.id} failed in attempt {question.attempt} of {problem.retries + 1}: {_WORDS[question.how]}.
Rule, the first that holds:
1. It was refused, or this was the last attempt: stop (its dependants are left out).
2. It was made in part: taint (what is there is destroyed and made anew).
3. Else: retry (the same again).
End with these lines and nothing after them:
failure = refused, last attempt, in part, or busy: what the rule goes by
fate = retry, taint or stop"""


def read(text: str, problem: Problem, question: Question) -> Answer | Flag:
    """Read an answer: generously in form, strictly in content."""
    parts: dict[str, str] = {}
    for line in reversed([line for line in text[-3000:].splitlines() if line.strip() and not line.startswith("```")]):
        found = _PART.fullmatch(line.rstrip("."))
        if found is None or found[1].lower() in parts:
            break
        parts[found[1].lower()] = found[2]
    if question.job is not None:
        return _read_fate(parts, text, question.job)
    if missing := [name for name in ("number", "path", "start") if name not in parts]:
        return Flag(MALFORMED, f"the last lines have no `{missing[0]} =`", excerpt(text[-120:]))
    rows = rows_of(problem, question.ready)
    number = parts["number"]
    if not number.isdecimal() or len(number) > 3 or not 1 <= int(number) <= len(rows):
        return Flag(MALFORMED, f"the number is none from 1 to {len(rows)}", excerpt(number))
    job = rows[int(number) - 1]
    due = str(seconds(problem.behind[job.id]))
    if parts["start"] != job.id:
        return Flag(INCONSISTENT, f"row {number} is {one_line(job.id, 60)}, not what is said", excerpt(parts["start"]))
    if parts["path"].removesuffix("s").strip() != due:
        return Flag(INCONSISTENT, f"row {number} has path {due} s, not what is said", excerpt(parts["path"]))
    return Go(job.id)


_AGREEING = {"refused": STOP, "last attempt": STOP, "in part": TAINT, "busy": RETRY}


def _read_fate(parts: Mapping[str, str], text: str, job: Job) -> Answer | Flag:
    fate, why = parts.get("fate", "").lower(), parts.get("failure", "").lower()
    if fate not in FATES or why not in _AGREEING:
        return Flag(MALFORMED, "the last lines are no `failure =` and `fate =`", excerpt(text[-120:]))
    if _AGREEING[why] != fate:
        return Flag(INCONSISTENT, f"by the rule {why} leads to {_AGREEING[why]}, not {fate}", excerpt(text[-120:]))
    return Fate(job.id, fate)


def asks(text: str) -> bool:
    """Return whether a prompt is one of these."""
    return "These jobs are ready to start" in text or _FAILED.search(text) is not None


def imitate(text: str, mistake: Mistake | None, variant: int) -> tuple[str, str]:
    """Write the reasoning and the answer of a response out of the prompt's words alone.

    Raises:
        TaskError: The prompt is none of these.
    """
    if failed := _FAILED.search(text):
        return _imitate_fate(failed, mistake, variant)
    rows = [(int(number), name, path) for number, name, path in _ROW.findall(text)]
    if not rows:
        raise TaskError("this prompt asks for no job")
    right = min(rows, key=lambda row: (-float(row[2]), row[0]))
    others = [row for row in rows if row != right] or [(len(rows) + 1, right[1], right[2])]
    other = others[variant % len(others)]
    reasoning = f"The longest path is {right[2]} s, of row {right[0]}."
    broken = (f"start {right[1]}", f"number = {right[0]}", "I would begin with the first one.")
    forms = {
        None: _lines(*right),
        Mistake.WRONG: _lines(*other),
        Mistake.MALFORMED: broken[variant % len(broken)],
        Mistake.ILLEGAL: _lines(len(rows) + 1 + variant % 5, right[1], right[2]),
        Mistake.INCONSISTENT: _lines(right[0], right[1], f"{float(right[2]) + 1 + variant % 9:g}"),
    }
    return reasoning, forms[mistake]


def _lines(number: int, name: str, path: str) -> str:
    return f"number = {number}\npath = {path}\nstart = {name}"


def _imitate_fate(failed: re.Match[str], mistake: Mistake | None, variant: int) -> tuple[str, str]:
    words = failed[4]
    if words == _WORDS[REFUSED]:
        right = "refused"
    elif int(failed[2]) >= int(failed[3]):
        right = "last attempt"
    else:
        right = "in part" if words == _WORDS[BROKEN] else "busy"
    fate = _AGREEING[right]
    others = [(why, other) for why, other in _AGREEING.items() if other != fate]
    why, wrong = others[variant % len(others)]
    forms = {
        None: f"failure = {right}\nfate = {fate}",
        Mistake.WRONG: f"failure = {why}\nfate = {wrong}",
        Mistake.MALFORMED: (f"fate = {fate}", f"I would {fate}.", "fate = wait")[variant % 3],
        Mistake.ILLEGAL: f"failure = {right}\nfate = {('ignore', 'skip', 'force')[variant % 3]}",
        Mistake.INCONSISTENT: f"failure = {right}\nfate = {wrong}",
    }
    return f"The report says: {words}.", forms[mistake]
