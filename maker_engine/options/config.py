"""The options of a run as Python has them: frozen values in groups, each checked when it is made.

`RunConfig.of(model="sim", k=3, limit_usd=1)` takes every option by its name; `RunConfig(voting=VotingOptions(k=3))` is
the same in groups. What an option takes, and by default is, is in `options.table`; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from maker_engine.options.kinds import Value
from maker_engine.options.table import BY_NAME, find


class _Checked:
    """Reads every field as the table says, so that flags, settings and Python agree on what can be given."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for one in fields(self):  # type: ignore[arg-type]  # those that inherit it are dataclasses
            object.__setattr__(self, one.name, BY_NAME[one.name].value_of(getattr(self, one.name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions(_Checked):
    """Who answers, and how it samples. `docs/options.md` says what each option is for.

    Raises:
        InputError: A value cannot be used; the text names the option. So it is with every group.
    """

    model: str = "sim"
    voters: Sequence[str] = ()
    api_base: str | None = None
    seed: int = 0
    temperature: float | str = "auto"
    first_temperature: float | str = "auto"
    reasoning: str = "default"
    max_tokens: int = 750
    max_reasoning_tokens: int | None = None
    preflight: bool = True
    accept_models: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VotingOptions(_Checked):
    """How steps are decided; k is None for the smallest that reaches the target."""

    k: int | None = None
    target: float = 0.95
    rule: str = "ahead"
    law: str | None = None
    flags: str = "all"
    constrain: str | None = None
    max_samples: int | None = None
    undecided: str = "auto"
    cascade: str | None = None
    cascade_agreement: float = 0.5
    hopeless: str | None = None
    count: str = "launch"
    reuse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedOptions(_Checked):
    """How much is in flight; `timeout` is in seconds, `rpm` and `tpm` are requests and tokens a minute."""

    n: int | str = "auto"
    concurrency: int = 8
    window: int = 8
    hedge: int = 0
    draft: str | None = None
    max_waste: float = 0.1
    timeout: float = 120.0
    rpm: float | None = None
    tpm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitOptions(_Checked):
    """What a run may spend, None for no limit; prices are in dollars per million tokens, `IN,OUT` or `MODEL=IN,OUT`."""

    limit_samples: int | None = None
    limit_usd: float | None = None
    limit_tokens: int | None = None
    limit_minutes: float | None = None
    prices: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingOptions(_Checked):
    """What effects may touch, and what is done where it is unknown whether one has happened."""

    allow: Sequence[str] = ()
    in_doubt: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOptions(_Checked):
    """What is written, where, and at what the run holds."""

    name: str | None = None
    session: Path | None = None
    from_session: str | None = None
    out: Path | None = None
    keep: str = "all"
    breakpoints: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """Every option of a run, in groups."""

    model: ModelOptions = field(default_factory=ModelOptions)
    voting: VotingOptions = field(default_factory=VotingOptions)
    speed: SpeedOptions = field(default_factory=SpeedOptions)
    limits: LimitOptions = field(default_factory=LimitOptions)
    acting: ActingOptions = field(default_factory=ActingOptions)
    record: RecordOptions = field(default_factory=RecordOptions)

    @classmethod
    def of(cls, **options: Any) -> Self:
        """Make one of options by their names, whatever group they belong to.

        Raises:
            InputError: There is no such option, or one cannot have such a value.
        """
        return cls._of({find(name).name: value for name, value in options.items()})

    @classmethod
    def _of(cls, values: dict[str, Value]) -> Self:
        groups: dict[str, dict[str, Value]] = {}
        for name, value in values.items():
            groups.setdefault(BY_NAME[name].group.name, {})[name] = value
        return cls(**{name: KINDS[name](**given) for name, given in groups.items()})

    def values(self) -> dict[str, Value]:
        """Return the value of every option by its name."""
        return {
            one.name: getattr(group, one.name)
            for group in (self.model, self.voting, self.speed, self.limits, self.acting, self.record)
            for one in fields(group)
        }

    def replace(self, **options: Any) -> Self:
        """Return the same with some options changed, by their names.

        Raises:
            InputError: As for `of`.
        """
        return self._of({**self.values(), **{find(name).name: value for name, value in options.items()}})


KINDS: dict[str, type[Any]] = {
    "model": ModelOptions,
    "voting": VotingOptions,
    "speed": SpeedOptions,
    "limits": LimitOptions,
    "acting": ActingOptions,
    "record": RecordOptions,
}
"""The class of each group, by its name."""
