from __future__ import annotations

import pytest

from maker_engine.models.served_name import served_name

PATHS = [
    "/home/me/models/qwen-0.5b.gguf", "~/models/qwen-0.5b.gguf", "./qwen-0.5b.gguf", "../x/qwen-0.5b.gguf",
    r"C:\Users\me\qwen-0.5b.gguf", "D:/models/qwen-0.5b.gguf", r"\\server\share\qwen-0.5b.gguf",
    "file:///home/me/qwen-0.5b.gguf", "models/qwen-0.5b.gguf", "openai//home/me/qwen-0.5b.gguf",
    "/home/me/qwen-0.5b.gguf/",
]  # fmt: skip
NAMES = ["gpt-6-luna", "openai/gpt-6-luna", "meta-llama/Llama-3.1-8B-Instruct", "qwen-0.5b.gguf",
         "accounts/fireworks/models/llama-v3p1-8b", "qwen2.5:0.5b", "sim:p=0.9", ""]  # fmt: skip


@pytest.mark.parametrize("name", PATHS)
def test_of_a_path_only_the_last_part_is_kept(name: str) -> None:
    """Neither a home nor a server's folders go into the record, however the path is written."""
    assert served_name(name) == "qwen-0.5b.gguf"


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_no_path_is_kept_whole(name: str) -> None:
    """A publisher before a model's name is part of it."""
    assert served_name(name) == name


def test_the_root_alone_is_left_as_it_is() -> None:
    """Where a path has no last part there is nothing to keep instead."""
    assert served_name("/") == "/"
