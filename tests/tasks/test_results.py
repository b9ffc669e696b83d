"""What a solved run has come to: every task gives it as JSON, and it is the right one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from importlib.metadata import entry_points
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from maker_tasks.cube.facelets import to_facelets
from maker_tasks.cube.pieces import play

from maker_engine.core.decomposition import result_of
from maker_engine.core.errors import TaskError
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.exchange.papers import papers
from maker_engine.sessions.queries.saved import open_saved
from maker_tui.cli.main import main
from maker_tui.runs.bridge import view_of
from tests.support.recorded import record
from tests.support.toy import Count

ENTRIES = sorted(entry_points(group="maker.tasks"))
OPTIONS: dict[str, dict[str, int | str]] = {
    "arithmetic": {"expression": "12345 * 678"},
    "deployment": {"observe": "0.05s"},
    "hanoi": {"disks": 4},
    "interview": {"questions": 0},
    "products": {"products": 3},
    "provisioning": {"sample": "failing"},
    "scheduling": {"sample": "clocks"},
}
LARGEST = 2_000


def right(name: str, result: Any, view: RunView) -> bool:
    """Whether a result is right, worked out without the task's own states."""
    return RIGHT[name](result, view)


def _sudoku(grid: str, _: RunView) -> bool:
    rows = [grid[at : at + 9] for at in range(0, 81, 9)]
    return all(set(unit) == set("123456789") for unit in (*rows, *map("".join, zip(*rows, strict=True))))


def _cube(turns: str, view: RunView) -> bool:
    start = open_saved(view.session).task.start()
    return to_facelets(play(start.cube, turns.split())) == "".join(9 * face for face in "URFDLB")


def _interview(ids: list[str], view: RunView) -> bool:
    text = papers(view.session, open_saved(view.session).task)["requirements.json"]
    kept = [line["id"] for line in json.loads(text)["lines"] if line["status"] in ("accepted", "waived")]
    return ids == kept != []


def _scheduling(result: dict[str, Any], _: RunView) -> bool:
    times = sorted((one["start"], one["end"]) for one in result["interviews"].values())  # joe is in all of them
    return len(times) == 5 and all(one[1] <= other[0] for one, other in pairwise(times))


def _api_tests(result: dict[str, Any], view: RunView) -> bool:
    report = papers(view.session, open_saved(view.session).task)["junit.xml"]
    return report.count("<testcase") == result["passed"] == 19 and result["cleaned"] == 4


def _deployment(result: dict[str, Any], view: RunView) -> bool:
    done = papers(view.session, open_saved(view.session).task)["checklist.md"].count("- [x]")  # 6 in, 6 out, 2 shifts
    verdicts = {one["verdict"] for one in result["services"].values()}
    return (done, verdicts, result["lost_requests"]) == (14, {"promoted"}, 0) and result["requests"] > 0


def _build_order(result: dict[str, Any], view: RunView) -> bool:
    problem = open_saved(view.session).task.problem
    place = {name: at for at, name in enumerate(result["order"])}
    return result["nodes"] == len(place) == 12 and all(
        place[problem.names[other]] < place[problem.names[one]] for one, other, _ in problem.edges
    )


def _provisioning(result: dict[str, Any], _: RunView) -> bool:
    tried = [(one["job"], one["how"]) for one in result["jobs"]]
    return (result["makespan_s"], result["bound_s"]) == (320, 180) and tried.count(("machine-1", "broken")) == 1


def _migration(result: dict[str, Any], view: RunView) -> bool:
    report = json.loads(papers(view.session, open_saved(view.session).task)["report.json"])
    changed = result["digest_before"] != result["digest_after"] and min(result["rows"].values()) > 0
    done = (result["verdict"], len(result["applied"]), result["reverted"])
    return changed and done == ("safe", 16, []) and report["digest_after"] == result["digest_after"]


def _records(result: dict[str, Any], view: RunView) -> bool:
    rows, accepted = result["rows"], result["accepted"]
    return rows == accepted + result["undecided"] == 60 and view.snapshot.totals.steps == 60


RIGHT: dict[str, Callable[[Any, RunView], bool]] = {
    "api_tests": _api_tests,
    "arithmetic": lambda result, _: result == 12345 * 678,
    "build_order": _build_order,
    "cube": _cube,
    "deployment": _deployment,
    "hanoi": lambda result, _: result == [[], [], [4, 3, 2, 1]],
    "interview": _interview,
    "migration": _migration,
    "products": lambda result, view: result == [a * b for a, b in open_saved(view.session).task.pairs],
    "provisioning": _provisioning,
    "records": _records,
    "scheduling": _scheduling,
    "sudoku": _sudoku,
}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_solved_run_gives_its_result(entry: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is short JSON, right, and the same in the view, in the saved session, in the summary and in the export."""
    order = RunOrder(entry.name, OPTIONS.get(entry.name, {}), model="sim", k=6, session=tmp_path / "run.maker")
    view = asyncio.run(drive(prepare(order), Inbox(), lambda _: None))
    assert len(json.dumps(view.result)) < LARGEST
    assert right(entry.name, view.result, view)
    saved = open_saved(view.session)
    assert saved.result == view_of(saved).result == view.result
    for words in (["show"], ["export", "--as", "result"], ["show", "--json"]):
        assert main(["sessions", words[0], str(view.session), *words[1:]]) == 0
        printed = capsys.readouterr().out
        last = printed.splitlines()[-1]
        if "--json" in words:
            assert json.loads(printed)["result"] == view.result
        elif words[0] == "export":
            assert json.loads(printed) == view.result
        else:
            shown = view.result if isinstance(view.result, str) else json.dumps(view.result)
            assert last == f"result   {shown}"


def test_the_recursive_method_gives_the_product_too(tmp_path: Path) -> None:
    """Whichever way a product is worked out, its value is the result."""
    options = {"expression": "123 * 45", "method": "recursive"}
    order = RunOrder("arithmetic", options, model="sim", k=4, session=tmp_path / "run.maker")
    assert asyncio.run(drive(prepare(order), Inbox(), lambda _: None)).result == 123 * 45


def test_a_run_without_a_solution_has_no_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its result is null, no summary has the line, and there is nothing to export: one line says so."""
    file = str(tmp_path / "run.maker")
    assert main(["run", "hanoi", "--headless", "--progress", "none", "--limit-samples", "5", "--session", file]) == 1
    assert "result" not in capsys.readouterr().out
    assert main(["sessions", "show", file, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["result"] is None
    assert main(["sessions", "export", file, "--as", "result"]) == 2
    assert "has no result: it ended out_of_budget" in capsys.readouterr().err


class Speechless(Count):
    """Cannot say what it has come to."""

    def result(self, state: int) -> Any:
        """Give what is not JSON."""
        return {state}


class Failing(Count):
    """Fails where its result is asked for."""

    def result(self, state: int) -> Any:
        """Fail."""
        raise KeyError(state)


@pytest.mark.parametrize("family", [Speechless, Failing])
def test_a_task_that_cannot_give_its_result_takes_nothing_from_a_solved_run(family: Any, tmp_path: Path) -> None:
    """The session opens as ever, and its view says in one line why there is no result."""
    run = record(tmp_path / "run.maker", 5)
    view = view_of(open_saved(run.path, family))
    assert view.result is None
    assert view.result_fault.startswith("task count ")
    with pytest.raises(TaskError):
        _ = open_saved(run.path, family).result


def test_without_a_result_of_its_own_a_task_gives_its_state() -> None:
    """The default is the last state, as it comes back from JSON."""
    assert result_of(Count(3), 24) == 24
