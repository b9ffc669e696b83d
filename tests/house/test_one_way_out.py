"""Nothing prints past the gate: what reaches a plain terminal has been made printable."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TREES = ("maker_engine", "maker_tui", "tasks")
GATE = Path("maker_engine/output.py")
MEANT = {
    "maker_engine/models/worker.py": "its standard output is a pipe to the process that started it",
    "maker_tui/terminal/driver.py": "the app's own driver, which draws the screen",
    "maker_tui/cli/progress.py": "the progress bar and its lines, which are made printable one by one",
    "maker_tui/terminal/streams.py": "it makes the standard streams fit to be used, and prints nothing itself",
}
"""Files beside the gate that write to a standard stream, and why they may."""
STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}
ASKS = {"fileno", "isatty", "encoding", "errors", "reconfigure", "flush"}
"""What may be asked of a standard stream without writing to it."""
PRINTERS = {"print", "pprint", "Console", "print_exc", "print_exception", "perror"}


def ways_out(source: str) -> list[str]:
    """Where a module writes, or could write, to a standard stream."""
    if not any(name in source for name in STREAMS | PRINTERS):
        return []
    tree = ast.parse(source)
    asked = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in ASKS}
    found = []
    for node in ast.walk(tree):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        of_sys = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sys"
        called = isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", ""))
        imported = isinstance(node, ast.ImportFrom) and node.module == "sys" and {one.name for one in node.names}
        if (
            (of_sys and name in STREAMS and id(node) not in asked)
            or called in PRINTERS
            or (imported or set()) & STREAMS
        ):
            found.append(f"{getattr(node, 'lineno', 0)}: {ast.unparse(node)}")
    return found


def test_nothing_prints_past_the_gate() -> None:
    """Only maker_engine/output.py writes to a standard stream, and the files that are listed here with their reason."""
    files = sorted(path.relative_to(ROOT) for tree in TREES for path in (ROOT / tree).rglob("*.py"))
    found = {str(path): ways_out((ROOT / path).read_text(encoding="utf-8")) for path in files if path != GATE}
    assert {path for path, ways in found.items() if ways} - MEANT.keys() == set(), found
    assert {path for path in MEANT if not found[path]} == set(), "an exception that is no longer needed"


@pytest.mark.parametrize(
    "source",
    ["print(1)", "sys.stdout.write(name)", "sys.stderr.writelines([])", "write = sys.stdout.write", "out = sys.stdout",
     "from sys import stderr", "Console().print(name)", "rich.console.Console(file=x)", "traceback.print_exc()"],
)  # fmt: skip
def test_the_rule_sees_every_way_out(source: str) -> None:
    """However a standard stream is reached, it is found."""
    assert ways_out(source)


@pytest.mark.parametrize("source", ["sys.stdout.isatty()", "sys.stdout.fileno()", "file.write(text)", "self.print = 1"])
def test_asking_a_stream_is_no_way_out(source: str) -> None:
    """What does not write is not found."""
    assert ways_out(source) == []
