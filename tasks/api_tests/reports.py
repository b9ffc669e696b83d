"""The results of a run: verdicts as JSON, a JUnit report, a line a red test, and a log as browsers write it (HAR)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from maker_engine.core.decomposition import Json
from maker_engine.printable import one_line

from .answers import WORDS
from .masking import masked_text
from .problem import Problem, Test
from .state import DELETED, FAILED, PASSED, State, Trial

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SKIPPED = "skipped"


def verdict_of(trial: Trial) -> str:
    """Return "passed", "failed" or "skipped"."""
    return trial.status if trial.status in (PASSED, FAILED) else SKIPPED


def _pairs(problem: Problem, state: State) -> Iterator[tuple[Test, Trial]]:
    yield from zip(problem.tests, state.trials, strict=True)


def result(problem: Problem, state: State) -> Json:
    """Return the verdict of each test, and the counts."""
    tests: dict[str, Json] = {
        test.id: {
            "verdict": verdict_of(trial),
            "class": trial.verdict or None,
            "tries": trial.tries,
            "status": trial.code or None,
        }
        for test, trial in _pairs(problem, state)
    }
    return {"tests": tests, **counts(state), "cleaned": sum(made.status == DELETED for made in state.made)}


def counts(state: State) -> dict[str, int]:
    """Return how many tests passed, failed and were skipped."""
    verdicts = [verdict_of(trial) for trial in state.trials]
    return {word: verdicts.count(word) for word in (PASSED, FAILED, SKIPPED)}


def left_behind(state: State) -> list[str]:
    """Return what was created and not deleted, in words."""
    return [f"{made.url or 'something'} of {made.by}: {made.why}" for made in state.made if made.status != DELETED]


def shortfall(problem: Problem, state: State) -> str:
    """Say in one line what is not well; "" where all is."""
    red = [
        f"{test.id} ({WORDS.get(trial.verdict, trial.verdict)})"
        for test, trial in _pairs(problem, state)
        if trial.status == FAILED
    ]
    parts = []
    if red:
        parts.append(
            f"{len(red)} of {len(state.trials)} tests failed: {', '.join(red[:5])}{' …' if len(red) > 5 else ''}"
        )
    elif not any(trial.status == PASSED for trial in state.trials):
        parts.append("no test has passed")
    if left := left_behind(state):
        parts.append(f"left behind: {left[0]}")
    return one_line("; ".join(parts), 300)


def red_lines(problem: Problem, state: State) -> list[str]:
    """Return a line for each test that failed: id, class, tries, status and evidence."""
    found = []
    for test, trial in _pairs(problem, state):
        if trial.status == FAILED:
            times = f"{trial.tries} {'try' if trial.tries == 1 else 'tries'}"
            words = WORDS.get(trial.verdict, trial.verdict)
            found.append(
                one_line(f"{test.id}: {words}, {times}, status {trial.code or 'none'}: {masked_text(trial.why)}", 300)
            )
    return found


def papers(problem: Problem, state: State) -> dict[str, str]:
    """Return the files of a run, by name."""
    red = red_lines(problem, state)
    found = {
        "junit.xml": junit(problem, state),
        "log.har": json.dumps(har(state), indent=1, ensure_ascii=False) + "\n",
        "red.txt": "".join(f"{line}\n" for line in (*red, *(f"left behind: {one}" for one in left_behind(state)))),
        "result.json": json.dumps(result(problem, state), indent=1) + "\n",
    }
    if problem.notes:
        found["not-understood.txt"] = "".join(f"{place}: {what}\n" for place, what in problem.notes)
    return {name: text for name, text in found.items() if text}


def junit(problem: Problem, state: State) -> str:
    """Return the JUnit report: a suite a workflow."""
    whole = counts(state)
    root = ET.Element(
        "testsuites",
        {"name": _clean(problem.title), "tests": str(len(state.trials)), "failures": str(whole[FAILED]),
         "skipped": str(whole[SKIPPED]), "errors": "0"},
    )  # fmt: skip
    suites: dict[str, ET.Element] = {}
    for test, trial in _pairs(problem, state):
        if test.workflow not in suites:
            suites[test.workflow] = ET.SubElement(root, "testsuite", _suite(problem, state, test.workflow))
        case = ET.SubElement(
            suites[test.workflow], "testcase",
            {"classname": _clean(test.workflow), "name": test.id, "time": f"{trial.ms / 1000:.3f}"},
        )  # fmt: skip
        verdict, why = verdict_of(trial), _clean(masked_text(trial.why))
        if verdict == FAILED:
            failure = ET.SubElement(case, "failure", {"type": WORDS.get(trial.verdict, trial.verdict), "message": why})
            failure.text = _clean(f"{test.method} {test.url}: status {trial.code or 'none'} after {trial.tries} tries")
        elif verdict == SKIPPED:
            ET.SubElement(case, "skipped", {"message": f"{trial.verdict}: {why}"})
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(problem: Problem, state: State, workflow: str) -> dict[str, str]:
    theirs = [trial for test, trial in _pairs(problem, state) if test.workflow == workflow]
    verdicts = [verdict_of(trial) for trial in theirs]
    return {
        "name": _clean(workflow), "tests": str(len(theirs)), "failures": str(verdicts.count(FAILED)),
        "skipped": str(verdicts.count(SKIPPED)), "errors": "0", "time": f"{sum(one.ms for one in theirs) / 1000:.3f}",
    }  # fmt: skip


def _clean(text: str) -> str:
    """Return a text without characters that XML cannot hold."""
    return _NO_XML.sub("�", text)


def har(state: State) -> Json:
    """Return the log in the form of HAR 1.2, secrets masked, bodies cut."""
    entries: list[Json] = [
        {
            "startedDateTime": datetime.fromtimestamp(one.started, UTC).isoformat(timespec="milliseconds"),
            "time": one.ms,
            "request": {
                "method": one.method, "url": one.url, "headers": [{"name": k, "value": v} for k, v in one.headers],
                "postData": {"mimeType": "", "text": one.body}, "bodySize": -1,
            },
            "response": {
                "status": one.status, "statusText": "" if one.status else one.kind,
                "headers": [{"name": k, "value": v} for k, v in one.reply_headers],
                "content": {"mimeType": dict(one.reply_headers).get("content-type", ""), "text": one.reply_body},
            },
            "comment": one.tag,
        }
        for one in state.log
    ]  # fmt: skip
    return {"log": {"version": "1.2", "creator": {"name": "maker", "version": "1"}, "entries": entries}}
