"""yoyo: SQL files with `-- depends:` and rollback files beside them, and Python files whose steps are plain texts."""

from __future__ import annotations

import ast
import re
from typing import Any

from maker_engine.core.errors import ProblemError

from ..problem import Change
from .parts import Folder

_DEPENDS = re.compile(r"^--[ \t]*depends:[ \t]*(.*)$", re.MULTILINE)
ROLLBACK = ".rollback.sql"


def is_yoyo(folder: Folder) -> bool:
    """Return whether a folder is yoyo's."""
    for path, text in folder.files.items():
        if path.endswith(ROLLBACK) or (path.endswith(".sql") and _DEPENDS.search(text)):
            return True
        if path.endswith(".py") and re.search(r"^(from yoyo import|import yoyo)", text, re.MULTILINE):
            return True
    return False


def read(folder: Folder) -> list[Change]:
    """Read the migrations in order of their names."""
    found = []
    for path in sorted(folder.files, key=lambda path: path.rpartition("/")[2]):
        name = path.rpartition("/")[2].rpartition(".")[0]
        if path.endswith(ROLLBACK):
            continue
        if path.endswith(".sql"):
            needs = tuple(" ".join(_DEPENDS.findall(folder.files[path])).split())
            other = f"{path[:-4]}{ROLLBACK}"
            down = folder.files.get(other, "")
            found.append(
                folder.change(name, path, folder.files[path], down, down_file=other, needs=needs, version=name)
            )
        elif path.endswith(".py"):
            found.append(_python(folder, path, name))
    return found


def _python(folder: Folder, path: str, name: str) -> Change:
    """Read the steps of a Python file without running it."""
    try:
        tree = ast.parse(folder.files[path])
    except (SyntaxError, ValueError, RecursionError) as error:
        raise ProblemError(f"{path}:{getattr(error, 'lineno', 1) or 1}: this is not Python") from None
    needs: tuple[str, ...] = ()
    up, down, line = list[str](), list[str](), 1
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(
            isinstance(one, ast.Name) and one.id == "__depends__" for one in node.targets
        ):
            needs = tuple(
                sorted(
                    one.value
                    for one in ast.walk(node.value)
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                )
            )
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "step":
            texts = [_text(one) for one in node.args]
            if not texts or None in texts:
                raise ProblemError(f"{path}:{node.lineno}: this step runs code of its own: only SQL texts are read")
            line = node.lineno if not up else line
            up.append(str(texts[0]))
            down[:0] = [str(one) for one in texts[1:2] if one]
    joined = [";\n".join(one.strip().rstrip(";") for one in part) for part in (up, down)]
    return folder.change(name, path, joined[0], joined[1], at=(line, line), needs=needs, version=name)


def _text(node: Any) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
