"""The parts of the benchmarks by name."""

from __future__ import annotations

from importlib import import_module

from tests.benchmarks.table import Row

PARTS = {
    "latency": "wall time a step against the model's latency",
    "throughput": "steps a second with a model that answers at once",
    "sessions": "steps a second into a session file, and their bytes",
    "litellm_calls": "CPU a call on top of LiteLLM",
    "several": "calls and money with several answers a call, beside one a call",
    "rows": "independent rows: time against their calls', CPU a sample, memory, bytes; a million, so only when named",
    "first_paint": "CPU until the home screen stands",
    "wire": "bytes to the terminal, keys answered, stalls and resizes; two minutes",
    "debugger": "looking at 1,048,575 steps beside Textual's DataTable; makes them first, and runs only when named",
    "million": "1,048,575 steps; takes minutes, and runs only when named",
}
LONG = {"debugger", "million", "rows"}
"""Parts that run only when they are named."""


def measured(name: str) -> list[Row]:
    """Measure one part."""
    rows: list[Row] = import_module(f"tests.benchmarks.{name}").rows()
    return rows
