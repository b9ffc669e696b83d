"""The flags that say how much a run logs beside its session, for every command that drives one."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from maker_tui.cli import progress


def add_log(group: argparse._ActionsContainer) -> None:
    """Add the flags."""
    group.add_argument("--log", type=Path, metavar="FILE",
                       help="add a line of JSON to FILE for each sample that a call brought or failed to bring, "
                            "without prompts and texts; /dev/stderr shows them at once")  # fmt: skip
    group.add_argument("-q", "--quiet", action=_Quiet, help="headless, and nothing but the result on standard output")


class _Quiet(argparse.Action):
    """Leaves the app, the progress and the summary out."""

    def __init__(self, option_strings: Sequence[str], dest: str, **given: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, default=False, **given)

    def __call__(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, *_: Any) -> None:  # noqa: ARG002 - argparse's own arguments
        namespace.quiet, namespace.headless, namespace.progress = True, True, progress.NONE
