"""A session from elsewhere chooses neither where keys are sent nor whom the user pays, unless the user agrees."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from maker_engine.core.errors import UntrustedError
from maker_engine.core.record.values import to_json
from maker_engine.runtime.continuing import fork, prepare_resume
from maker_engine.runtime.order import RunOrder
from maker_engine.runtime.trust import named_elsewhere
from maker_engine.sessions.exchange.export import lines
from maker_engine.sessions.exchange.importing import import_lines
from maker_engine.sessions.integrity.salvage import salvage
from maker_engine.sessions.library.upkeep import duplicate
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store import origin
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.reader import Reader
from tests.support.recorded import order_of
from tests.support.running import started
from tests.support.spoiled import rewrite, value_of
from tests.support.toy import Count

EVIL = "http://collector.example/v1"
REAL = {"model": "openai/gpt-6-luna", "api_base": EVIL}


def begun(path: Path, **ordered: Any) -> Path:
    """A session of this installation that was begun and cut off at once, its order as given."""
    journal = Journal(path, Count(3), order_of(Count(3), **{"model": "sim", **ordered}))
    journal.record(started(Count(3), 2))
    journal.close()
    return path


def brought_in(tmp_path: Path, home: Path, **ordered: Any) -> Path:
    """The same, exported by somebody and imported here into the library."""
    theirs = begun(tmp_path / "theirs.maker", **ordered)
    to = home / "sessions" / "in.maker"
    import_lines(list(lines(theirs, Count(3))), to, Count)
    return to


def refused(path: Path, changes: Mapping[str, Any] | None = None, **chosen: Any) -> UntrustedError | None:
    """What a resumption is refused with for want of trust, None where it is not."""
    try:
        prepare_resume(path, changes or {}, Count, **chosen)
    except UntrustedError as error:
        return error
    return None


NAMES = {
    "a server": ({"api_base": EVIL, "model": "openai/x"}, EVIL, ("openai/x",)),
    "a server behind simulated voters": ({"api_base": EVIL, "voters": ["sim", "sim:p=0.9"]}, EVIL, ()),
    "a model": ({"model": "openai/x"}, None, ("openai/x",)),
    "voters": ({"voters": ["openai/x temperature=0.5", "sim", "openai/y"]}, None, ("openai/x", "openai/y")),
    "a draft": ({"draft": "openai/x"}, None, ("openai/x",)),
    "a stronger model": ({"undecided": "escalate:openai/x"}, None, ("openai/x",)),
    "a server in a model's name": ({"model": f"oobabooga/{EVIL}"}, f"oobabooga/{EVIL}", (f"oobabooga/{EVIL}",)),
}  # fmt: skip


@pytest.mark.parametrize("kind", NAMES)
def test_what_an_imported_session_names_is_shown_and_asked_for(tmp_path: Path, home: Path, kind: str) -> None:
    """Whatever it is hidden in, one line names server and models, and how to agree; agreed to, the run can go on."""
    ordered, address, models = NAMES[kind]
    path = brought_in(tmp_path, home, **ordered)
    error = refused(path)
    assert error is not None
    assert (error.address, error.models) == (address, models)
    told = str(error)
    assert "comes from elsewhere" in told
    assert "add --trust" in told
    assert all(name in told for name in (*models, address or ""))
    assert ("--api-base URL" in told) is (address is not None)
    assert len(told) < 400
    assert refused(path, trusted=True) is None
    with pytest.raises(UntrustedError):
        fork(path, 0, {"k": 3}, family=Count)
    with Reader(path) as reader:
        assert len(reader.branches) == 1


def test_what_costs_nothing_and_sends_nothing_is_not_asked_for(tmp_path: Path, home: Path) -> None:
    """A simulated session goes on as it is; who names the server, or the model, of their own has agreed to it."""
    assert refused(brought_in(tmp_path, home)) is None
    order = RunOrder("count", model="openai/x", api_base=EVIL)
    assert named_elsewhere(order, {"api_base": EVIL}) is None
    assert named_elsewhere(RunOrder("count", model="openai/x"), {"model": "openai/x"}) is None
    assert named_elsewhere(order, {"model": "openai/x"}) == (EVIL, ())
    assert named_elsewhere(RunOrder("count", draft="task"), {}) is None
    hidden = RunOrder("count", model=f"oobabooga/{EVIL}", api_base="http://127.0.0.1:8000/v1")
    assert named_elsewhere(hidden, {"api_base": hidden.api_base}) == (hidden.model, (hidden.model,))


def test_a_session_of_ones_own_is_never_asked_about(tmp_path: Path, home: Path) -> None:
    """Wherever it lies, and wherever it is moved or copied to, it goes on as it always did."""
    for place in (home / "sessions" / "mine.maker", tmp_path / "mine.maker"):
        mine = begun(place, **REAL)
        assert refused(mine) is None
        assert open_saved(mine, Count).own
    moved = Path(shutil.copyfile(tmp_path / "mine.maker", tmp_path / "elsewhere.maker"))
    assert refused(moved) is None
    assert refused(duplicate(moved, home / "sessions")) is None
    saved = salvage(moved, tmp_path / "salvaged.maker", family=Count)
    assert refused(saved.path) is None


def test_a_file_that_somebody_gives_is_from_elsewhere(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written by another installation it is asked about, also as a copy in the library or salvaged."""
    mine = tmp_path_factory.mktemp("mine")
    monkeypatch.setenv("MAKER_HOME", str(tmp_path_factory.mktemp("theirs")))
    given = begun(tmp_path / "given.maker", **REAL)
    monkeypatch.setenv("MAKER_HOME", str(mine))
    for path in (given, duplicate(given, mine / "sessions"), salvage(given, tmp_path / "s.maker", family=Count).path):
        error = refused(path)
        assert error is not None
        assert error.address == EVIL
    begun(tmp_path / "another.maker")  # now this installation has a key too
    assert refused(given) is not None


def test_a_session_from_before_is_ones_own_in_the_library_alone(tmp_path: Path, home: Path) -> None:
    """Without a signature, the place decides; a copy of one from elsewhere is marked when it comes into the library."""
    old = begun(tmp_path / "old.maker", **REAL)
    unsigned(old)
    assert refused(old) is not None
    assert refused(duplicate(old, home / "sessions")) is not None
    kept = Path(shutil.copyfile(old, home / "sessions" / "old.maker"))
    assert refused(kept) is None
    assert refused(duplicate(kept, home / "sessions")) is None


def unsigned(path: Path) -> None:
    """Take the signature off, and seal the record again."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM meta WHERE k = ?", (origin.SIGNED,))
    rewrite(path, "elapsed_s", "0.0")


@pytest.mark.parametrize("signed", ['"00"', '""', "7", '"\\u00e9"', "null"])
def test_a_signature_that_is_none_is_no_signature(home: Path, signed: str) -> None:
    """Anything but the key's own signature of this very order is from elsewhere, in the library too."""
    path = begun(home / "sessions" / "x.maker", **REAL)
    assert refused(path) is None
    rewrite(path, origin.SIGNED, signed)
    with pytest.raises(Exception, match=r"comes from elsewhere|is damaged"):
        prepare_resume(path, {}, Count)


def test_an_order_that_was_changed_is_not_the_one_that_was_signed(tmp_path: Path) -> None:
    """Who got a session of ours back with another server in it is asked."""
    path = begun(tmp_path / "mine.maker", model="openai/x", api_base="http://127.0.0.1:8000/v1")
    order = dict(value_of(path, "order"), api_base=EVIL)  # type: ignore[call-overload]
    rewrite(path, "order", to_json(order))
    error = refused(path)
    assert error is not None
    assert error.address == EVIL


def test_what_was_agreed_to_is_not_asked_again(tmp_path: Path, home: Path) -> None:
    """A fork that was made in trust is this user's own; the run that it was forked from still is not."""
    path = brought_in(tmp_path, home, **REAL)
    number = fork(path, 0, {"k": 3}, family=Count, trusted=True)
    assert refused(path, branch=number) is None
    assert refused(path, branch=0) is not None
    again = fork(path, 0, {"api_base": "http://127.0.0.1:9/v1"}, branch=0, family=Count)
    assert refused(path, branch=again) is None


def test_the_key_of_the_installation_is_private_and_stays(home: Path, tmp_path: Path) -> None:
    """It is made once, for its owner alone, and is in no session and no export."""
    begun(tmp_path / "a.maker", **REAL)
    file = home / origin.KEY_FILE
    key = file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    begun(tmp_path / "b.maker", **REAL)
    assert file.read_text() == key
    assert [path.name for path in home.iterdir()] == [origin.KEY_FILE]
    assert key.encode() not in (tmp_path / "b.maker").read_bytes()
    told = "".join(lines(tmp_path / "b.maker", Count(3)))
    assert origin.SIGNED not in told


def test_a_home_that_cannot_be_written_stops_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key nothing is signed: the session is written all the same, and asked about outside the library."""
    monkeypatch.setenv("MAKER_HOME", "/proc/no")
    assert origin.sign("{}") is None
    path = begun(tmp_path / "run.maker", **REAL)
    assert refused(path) is not None
    assert refused(path, trusted=True) is None
