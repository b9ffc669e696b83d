"""What a server calls the model that answered, as it enters the record: a local path says too much of its owner."""

from __future__ import annotations

import re

# A home, a drive, a way from somewhere, or the file of a model anywhere; "meta-llama/Llama-3" is none of these.
_PATH = re.compile(
    r"[/~\\]|\.{1,2}[/\\]|[A-Za-z]:[/\\]|file:|[^/\\]*//|.*\\|[^/\n]*/.*\.(gguf|ggml|safetensors|bin|pt|pth)/?$"
)


def served_name(name: str) -> str:
    """Return a model's name as a server gives it; of one that is a path only its last part.

    Servers of local files name the file, and a session is shared with what it holds.
    """
    if not _PATH.match(name):
        return name
    parts = [part for part in re.split(r"[/\\]+", name) if part]
    return parts[-1] if parts else name
