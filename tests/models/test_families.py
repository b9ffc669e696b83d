"""Which names are known to be one model's, and which are not."""

from __future__ import annotations

import pytest

from maker_engine.models.families import family_of

SAME = {
    "gpt-4.1-mini": ("openai/gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", "GPT-4.1-mini", "azure/gpt-4.1-mini-eu-region"),
    "claude-sonnet-4": (
        "anthropic/claude-sonnet-4-20250514", "us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4@20250514",
        "global.anthropic.claude-sonnet-4-20250514-v1:0",
    ),
    "gemini-2.5-flash": (
        "models/gemini-2.5-flash-preview-05-20", "gemini-2.5-flash-001", "gemini-2.5-flash@europe-west4",
    ),
    "llama3.2:3b": ("ollama/llama3.2:3b", "llama3.2:3b:latest"),
    "command-r": ("command-r-08-2024",),
    "m": ("m-eu", "m-us-east-1", "m-ap-southeast-2", "m-eastus2", "m-swedencentral", "x/y/m:free", "m-us-gov-west-1"),
    "qwen2.5-0.5b-instruct-q4_k_m": (
        r"C:\models\qwen2.5-0.5b-instruct-q4_k_m.gguf", "/srv/qwen2.5-0.5b-instruct-q4_k_m",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "family"), [(name, family) for family, names in SAME.items() for name in names])
def test_provider_region_and_build_make_no_other_model(name: str, family: str) -> None:
    """A router that answers in turn from two regions asks one model."""
    assert family_of(name) == family_of(family) == family


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("gpt-4.1", "gpt-4.1-mini"), ("deepseek-v3", "deepseek-v4"), ("llama3.2:3b", "llama3.2:1b"),
        ("claude-haiku-4-5", "claude-haiku-5-5"), ("gemini-2.5-flash", "gemini-3.5-flash-lite"),
        ("claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet@20240620"), ("qwen3-8b", "qwen3-8b-awq"),
        ("llama-3-8b", "llama-3-8b-jp"), ("m-q4_k_m.gguf", "m-q8_0.gguf"),
    ],
)  # fmt: skip
def test_size_generation_and_quantization_do(one: str, other: str) -> None:
    """They err at other rates, and cost something else."""
    assert family_of(one) != family_of(other)


@pytest.mark.parametrize("name", ["", "2024", "-eu", "latest", "/", ":free", "\x1b[31m", "a" * 100, "-" * 100])
def test_any_text_has_a_family(name: str) -> None:
    """Whatever a server calls itself, it is compared without a fault; only an empty name says nothing."""
    assert (family_of(name) == "") == (not name.strip().rstrip("/"))
