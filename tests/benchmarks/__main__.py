"""`python -m tests.benchmarks` prints every figure but the long one as one table; names of parts print those only."""

from __future__ import annotations

import argparse
import platform
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

from tests.benchmarks.parts import LONG, PARTS, measured
from tests.benchmarks.table import Row, markdown
from tests.support.orphans import end_with_parent


def main() -> None:
    """Run the parts that were named, each in a process of its own, one after the other."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        epilog="\n".join(f"{name:<14} {text}" for name, text in PARTS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART", help="one or more of the parts below")
    chosen = parser.parse_args().parts or [name for name in PARTS if name not in LONG]
    found: list[Row] = []
    for name in chosen:
        sys.stderr.write(f"{name}: {PARTS[name]} …\n")
        with ProcessPoolExecutor(1, get_context("spawn"), initializer=end_with_parent) as alone:
            found += alone.submit(measured, name).result()
    sys.stdout.write(f"{markdown(found)}\n{_machine()}\n")


def _machine() -> str:
    """Tell what the figures are of."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    packages = ", ".join(f"{name} {version(name)}" for name in ("textual", "litellm"))
    processor = models[0].partition(": ")[2] if models else platform.processor()
    return f"{len(models)} × {processor}, {platform.system()}, Python {platform.python_version()}, {packages}"


if __name__ == "__main__":
    main()
