"""The page of all options, for the docs: `python -m maker_engine.options.page > docs/options.md`."""

from __future__ import annotations

import textwrap

from maker_engine.options.option import GROUPS, RunOption
from maker_engine.options.table import of_group
from maker_engine.output import say_text

_HEAD = """\
# Options of a run

Every option is defined once, in `maker_engine/options/table.py`; the flags of `maker run`, the new-run form, the
settings file, `RunConfig` and this page are made from it. (`python -m maker_engine.options.page > docs/options.md`)

Order of precedence, for each option by itself: a flag, the profile that `--profile NAME` or `MAKER_PROFILE` names,
`MAKER_MODEL`, `[run]` of the settings file, the default. A model that is named in one of these does without the
`voters` and the `api_base` of those after it. Without a person (`--headless`, `--json`) a setting that needs one
is left out; a flag that needs one is refused.

```toml
[run]                        # for every run that is ordered; maker config init lists all options
model = "openai/gpt-6-luna"
limit_usd = 5

[profile.cheap]              # maker run hanoi --profile cheap
model = "hosted_vllm/qwen"
api_base = "http://127.0.0.1:8000/v1"
concurrency = 4
```

```python
from maker_engine.options.config import RunConfig, VotingOptions

config = RunConfig.of(k=3, limit_usd=1)  # every option by its name; or in groups:
config = RunConfig(voting=VotingOptions(k=3, rule="first"))
```

Whole numbers may be written 1000, 1,000 or 1e3. A switch has a flag for yes and one for no. What can be given several
times is a list in the settings file and in Python, and has a `;` between its values in the form.
"""
_WIDTH = 120


def page() -> str:
    """Return the page."""
    parts = [_HEAD]
    for group in GROUPS:
        parts.append(f"## {group.title[0].upper()}{group.title[1:]} (`{group.name}`)\n")
        parts += [_entry(option) for option in of_group(group)]
    return "\n".join(parts)


def _entry(option: RunOption) -> str:
    """Write an option: its name, flag, what it takes and its default, and what it is for."""
    no = f", `{option.flag.replace('--', '--no-', 1)}`" if option.is_switch else ""
    several = ", several times" if option.kind.several else ""
    bounds = f", {option.kind.range}" if option.kind.range else ""
    takes = f"{option.kind.expects}{bounds}{several}"
    facts = f"- **`{option.name}`** · `{option.flag}`{no} · {takes} · default `{option.default_text}`"
    lines = textwrap.wrap(f"{option.help[0].upper()}{option.help[1:]}.", _WIDTH - 2)
    return "\n".join([facts, *(f"  {row}" for row in lines), ""])


if __name__ == "__main__":
    say_text(page())
