"""The problem: rows, codebook and gold, from flags and files, and from what a session keeps of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from maker_engine.core.errors import InputError, ProblemError
from maker_engine.documents import read_document
from maker_engine.input_files import is_file
from maker_engine.labelling.codebook import CHOICE, Codebook, read_codebook
from maker_engine.labelling.faults import refuse_faults
from maker_engine.labelling.gold import Gold, Texts, canonical, kept_texts, read_gold, texts_kept
from maker_engine.labelling.keys import keys_kept, keys_of, packed
from maker_engine.labelling.units import Units
from maker_engine.labelling.wording import columns_in
from maker_engine.tables.opening import digest_of, found_at, is_piped, open_table, piped, place_of, table_of
from maker_engine.tables.row import Rows

KEPT_WHOLE = 200_000
"""Bytes of a text table that a session keeps whole; of a larger one it keeps the place and the digest."""
_TEXTS = ("csv", "jsonl")
PIPED = "rows"
"""What a table from standard input is called."""


@dataclass(frozen=True)
class Problem:
    """Rows and what is asked of them.

    Attributes:
        rows: Where the rows are: a name and the text, or a path and a digest.
        codebook: What is asked.
        gold: What is right where that is known, as a session keeps it.
        seed: Of the order of labels.
        units: What is asked of which row.
        right: Gold as canonical answers.
    """

    rows: str
    codebook: Codebook
    gold: str
    seed: int
    units: Units = field(compare=False, repr=False)
    right: Gold = field(compare=False, repr=False)

    def to_text(self) -> str:
        """Return the problem as JSON, which `problem_of` reads."""
        return json.dumps(
            {
                "rows": json.loads(self.rows),
                "codebook": self.codebook.to_json(),
                "gold": json.loads(self.gold),
                "seed": self.seed,
            }
        )


def load_problem(options: Mapping[str, int | str], source: str | None) -> Problem:
    """Make the problem of a codebook, or of a question and its choices, and of the rows that the options name.

    Raises:
        ProblemError: A file cannot be used; the text names it.
    """
    try:
        return _load(options, source)
    except ProblemError:
        raise
    except InputError as error:
        raise ProblemError(str(error)) from None


def _load(options: Mapping[str, int | str], source: str | None) -> Problem:
    given = {name: str(value) for name, value in options.items() if value != ""}
    seed = int(given.get("shuffle", "0"))
    if source is not None and source.lstrip().startswith('{"rows"'):
        return _kept(source)
    if source is None and not {"rows", "question"} & {*given}:
        rows, gold = _sample("tickets.csv"), _sample("gold.csv")
        kept = {"name": "tickets.csv", "text": rows}
        texts = read_gold(table_of("gold.csv", gold.encode()), codebook := _yaml(_sample("codebook.yaml")))
        return _problem(kept, table_of("tickets.csv", rows.encode()), codebook, texts, seed)
    if "rows" not in given:
        raise ProblemError("name the rows: --rows FILE")
    kept, table = _rows(given["rows"])
    codebook = _asked(given, table) if source is None else _yaml(source)
    if "id" in given:
        codebook = Codebook(codebook.fields, codebook.about, given["id"], codebook.show)
    texts = read_gold(open_table(given["gold"]), codebook) if "gold" in given else {}
    made = _problem(kept, table, codebook, texts, seed, digested="path" in kept)
    refuse_faults(codebook, made.units.shown)
    return made


def _yaml(text: str) -> Codebook:
    return read_codebook(read_document(text, "the codebook"))


def _sample(name: str) -> str:
    return (files(__package__) / "data" / name).read_text(encoding="utf-8")


def _asked(given: Mapping[str, str], table: Rows) -> Codebook:
    """Make the codebook of a single question."""
    question = given.get("question", "")
    if not question:
        raise ProblemError("say what is asked: --problem codebook.yaml, or --question TEXT --choices A,B")
    labels = [one.strip() for one in given.get("choices", "").split(",") if one.strip()]
    if not labels:
        raise ProblemError("a question needs its answers: --choices A,B,C; other forms need a codebook")
    show = columns_in(question)
    value = {
        "show": [name for name in show if name in table.columns],
        "fields": {given.get("field", "answer"): {"question": question, "form": CHOICE, "labels": labels}},
    }
    missing = [name for name in show if name not in table.columns]
    if missing:
        raise ProblemError(f"the question names {missing[0]!r}, and the columns are {', '.join(table.columns[:20])}")
    return read_codebook(value)


def _rows(name: str) -> tuple[dict[str, Any], Rows]:
    path, inner = place_of(name)
    if is_piped(name):
        data = piped(name)
        text = data.decode("utf-8", "surrogateescape")
        called = f"{PIPED}#{inner}" if inner else PIPED
        return {"name": called, "text": text}, table_of(called, data)
    table = open_table(name)
    size = path.stat().st_size
    if size <= KEPT_WHOLE and table.kind in _TEXTS:
        return {"name": path.name, "text": path.read_bytes().decode("utf-8", "surrogateescape")}, table
    place = f"{path.absolute()}{f'#{inner}' if inner else ''}"
    return {"path": place, "sha256": digest_of(path), "bytes": size}, table


def _kept(source: str) -> Problem:
    """Make the problem of what a session keeps."""
    try:
        value = json.loads(source)
        rows, seed = value["rows"], int(value["seed"])
        texts = texts_kept(value["gold"])
        codebook = read_codebook(value["codebook"])
        if "text" in rows:
            table = table_of(str(rows["name"]), rows["text"].encode("utf-8", "surrogateescape"))
        else:
            table = _unchanged(str(rows["path"]), str(rows["sha256"]))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise ProblemError("the problem is not rows with a codebook, as a session keeps them") from None
    return _problem(rows, table, codebook, texts, seed)


@dataclass(frozen=True)
class Asked:
    """What the steps of a problem ask.

    Attributes:
        problem: The problem.
    """

    problem: Problem

    def own_keys(self) -> Iterator[int]:
        """Give the key of each step."""
        return keys_of(self.problem.units, self.problem.seed)

    def keys_of(self, source: str) -> Iterator[int]:
        """Give the keys of a problem that a session keeps, if need be without its table.

        Raises:
            ProblemError: It is none, or its rows are neither there nor digested.
        """
        try:
            value = json.loads(source)
            if "digests" in value["rows"]:
                return keys_kept(value["rows"], read_codebook(value["codebook"]), int(value["seed"]))
        except (InputError, KeyError, TypeError, ValueError):
            raise ProblemError("the earlier session keeps no rows with a codebook") from None
        return Asked(_kept(source)).own_keys()

    def is_akin(self, source: str) -> bool:
        """Return whether a problem that a session keeps is of a table of this name, and not this very problem."""
        try:
            there, here = json.loads(source), json.loads(self.problem.rows)
            name, own = (str(one.get("path") or one["name"]) for one in (there["rows"], here))
            codebooks = there["codebook"], self.problem.codebook.to_json()
            piped = own.partition("#")[0] == PIPED
            return name == own and not piped and (there["rows"], codebooks[0]) != (here, codebooks[1])
        except (AttributeError, KeyError, TypeError, ValueError):
            return False

    def asked(self, number: int) -> tuple[str, str]:
        """Return the row's id and the field that step `number` (0-based) is about."""
        unit = self.problem.units[number]
        return unit.id, unit.field.name


def _unchanged(name: str, digest: str) -> Rows:
    path, inner = place_of(name)
    path = found_at(path)
    if not is_file(path):
        raise ProblemError(f"the rows are no longer at {name}: put the file back there")
    stat = path.stat()
    if _digest(path, stat.st_size, stat.st_mtime_ns) != digest:
        raise ProblemError(
            f"the rows in {name} have changed since the run began: put the file back, or begin a new run"
        )
    return open_table(f"{path}#{inner}" if inner else str(path))


@lru_cache(maxsize=8)
def _digest(path: Path, size: int, changed: int) -> str:  # noqa: ARG001 - what says that it is the same file
    return digest_of(path)


def _problem(
    kept: dict[str, Any], table: Rows, codebook: Codebook, gold: Texts, seed: int,
    *, digested: bool = False,
) -> Problem:  # fmt: skip
    if not len(table):
        raise ProblemError("the table has a header and no rows: there is nothing to decide")
    units = Units(table, codebook)
    if not len(units):
        raise ProblemError("every row is empty in the columns that are shown: name others by show in the codebook")
    if digested:
        kept = {**kept, **packed(units)}
    texts = json.dumps(kept, sort_keys=True), json.dumps(kept_texts(gold), sort_keys=True)
    return Problem(texts[0], codebook, texts[1], seed, units, canonical(gold, units))
