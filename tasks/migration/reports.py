"""The outcome of a migration: the result, the report as Markdown and JSON, and in one line what is unsafe."""

from __future__ import annotations

import json
from typing import Any

from maker_engine.printable import one_line

from .flow import plan_marks
from .problem import Problem
from .state import Deed, State
from .surveys import whole
from .version_table import LOG_ONLY


def verdict_of(problem: Problem, state: State) -> str:
    """Return "safe" or "unsafe"."""
    due = len(problem.changes) - len(state.had)
    everything = problem.revert and not state.applied and len(state.reverted) == due
    complete = everything or len(state.applied) == due
    return "safe" if complete and not state.findings else "unsafe"


def warnings(problem: Problem) -> list[str]:
    """Return what is worth knowing and makes nothing unsafe."""
    found = [
        f"{change.name}: it has no revert script" for change in problem.changes if change.deploy and not change.revert
    ]
    found += [LOG_ONLY] if problem.tool == "sqitch" and problem.apply else []
    found += [f"{change.name}: {words}" for change in problem.changes for words in change.evidence]
    return [*found, *(f"{place}: {words}" for place, words in problem.notes)]


def result(problem: Problem, state: State) -> dict[str, Any]:
    """Return the result as `--json` has it."""
    return {
        "applied": [*state.applied],
        "reverted": [*state.reverted],
        "had": [*state.had],
        "digest_before": whole(state.first) if state.first else "",
        "digest_after": whole(state.tables) if state.tables else "",
        "rows": {table.name: table.rows for table in state.tables},
        "downtime_s": round(state.downtime, 3),
        "verdict": verdict_of(problem, state),
        "findings": [*state.findings],
    }


def shortfall(problem: Problem, state: State) -> str:
    """Say in one line why it is unsafe, "" where it is safe."""
    if verdict_of(problem, state) == "safe":
        return ""
    more = f" and {len(state.findings) - 1} more" if len(state.findings) > 1 else ""
    return one_line(f"unsafe: {state.findings[0] if state.findings else 'not every change is applied'}{more}", 300)


def papers(problem: Problem, state: State) -> dict[str, str]:
    """Return the report, as Markdown and as JSON."""
    whole_report = {
        "project": problem.project, "tool": problem.tool, "database": problem.database,
        "applied_to": "database" if problem.apply else "copy",
        **result(problem, state),
        "changes": [_row(problem, state, name) for name in [change.name for change in problem.changes]],
        "schema": [{"what": mark, "type": kind, "name": name} for mark, kind, name in schema_changes(state)],
        "warnings": warnings(problem),
    }  # fmt: skip
    return {
        "report.md": markdown(problem, state),
        "report.json": json.dumps(whole_report, indent=2, ensure_ascii=False) + "\n",
    }


def _row(problem: Problem, state: State, name: str) -> dict[str, Any]:
    change = problem.changes[problem.index[name]]
    deed = next((one for one in reversed(state.deeds) if one.name == name), Deed(name))
    return {
        "name": name, "file": change.file, "kind": change.kind, "risk": change.risk, "lock": change.lock,
        "before": [*deed.gates], "rows_changed": deed.changed, "batches": deed.batches, "took_s": deed.took,
        "digest_before": deed.before, "digest_after": deed.after, "verdict": deed.verdict, "why": deed.why,
    }  # fmt: skip


def schema_changes(state: State) -> list[tuple[str, str, str]]:
    """Return (added, removed or changed; type; name) of what differs between the first schema and the last."""
    if len(state.schemas) < 2:
        return []
    before, after = ({(kind, name): sql for kind, name, sql in one} for one in (state.schemas[0], state.schemas[-1]))
    found = [("added", *key) for key in after if key not in before]
    found += [("removed", *key) for key in before if key not in after]
    found += [("changed", *key) for key in after if key in before and after[key] != before[key]]
    return sorted(found, key=lambda one: one[1:])


def markdown(problem: Problem, state: State) -> str:
    """Write the report for people."""
    what = "the database itself," if problem.apply else "a copy of"
    done = f"{len(state.applied)} of {len(problem.changes)} changes applied to {what} `{_cell(problem.database)}`"
    rest = f"{len(state.reverted)} taken back; writers held up for {state.downtime:.1f} s."
    rest += f" By its tool's own table it had {len(state.had)} before." if state.had else ""
    lines = [f"# {_cell(problem.project)}: {verdict_of(problem, state)}", "", f"{done}; {rest}", ""]
    lines += [f"- **{_cell(one)}**" for one in state.findings] or ["Nothing was found that makes it unsafe."]
    lines += [
        "",
        "| change | kind | risk | before it | rows | s | after it | digest |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for change, mark in plan_marks(problem, state):
        row = _row(problem, state, change.name)
        batches = f" ({row['batches']} batches)" if row["batches"] else ""
        after = row["verdict"] or {"waiting": "not reached", "there": "there before"}.get(mark, mark)
        lines.append(
            f"| {_cell(change.name)} | {change.kind} | {change.risk} | {', '.join(row['before'])}{batches}"
            f" | {row['rows_changed']:,} | {row['took_s']:.2f} | {after} | {row['digest_after'][:12]} |"
        )
    lines += ["", "## Schema", ""]
    lines += [f"- {mark}: {kind} `{_cell(name)}`" for mark, kind, name in schema_changes(state)] or ["No difference."]
    lines += ["", "## Rows", "", "| table | before | after |", "|---|---|---|"]
    before, after = ({table.name: table.rows for table in one} for one in (state.first, state.tables))
    lines += [
        f"| {_cell(name)} | {_count(before.get(name))} | {_count(after.get(name))} |"
        for name in sorted({*before, *after})
    ]
    lines += ["", f"Digest before: `{whole(state.first)}`", "", f"Digest after: `{whole(state.tables)}`"]
    if found := warnings(problem):
        lines += ["", "## Worth knowing", "", *(f"- {_cell(one)}" for one in found)]
    return "\n".join(lines) + "\n"


def _count(rows: int | None) -> str:
    return "none" if rows is None else f"{rows:,}"


def _cell(text: str) -> str:
    """Return a text that is data as a table of Markdown takes it."""
    return one_line(text, 300).replace("|", "\\|").replace("`", "'").replace("<", "&lt;")
