"""Salvage: whatever is damaged, every step before it is saved, and the damaged file stays as it is."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from maker_engine.core.errors import SessionError
from maker_engine.sessions.integrity.pages import Pages
from maker_engine.sessions.integrity.salvage import salvage
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from tests.support.recorded import Recorded, record
from tests.support.toy import Count

LENGTH = 300


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """A run long enough to have a dictionary and snapshots."""
    return record(tmp_path_factory.mktemp("sound") / "run.maker", LENGTH, seed=9)


def head(path: Path) -> bytes:
    """Link of the last step."""
    with Reader(path) as reader:
        return reader.branch.chain


def damage(content: bytes, dice: Random) -> bytes:
    """Do one of the things that disks and copies do."""
    data, at = bytearray(content), dice.randrange(len(content))
    page, other = at // 4096 * 4096, dice.randrange(len(content) // 4096) * 4096
    match dice.randrange(6):
        case 0:
            data[at] ^= 1 << dice.randrange(8)
        case 1:
            data[at // 512 * 512 : at // 512 * 512 + 512] = bytes(512)
        case 2:
            data[page : page + 4096] = bytes(4096)
        case 3:
            del data[at:]
        case 4:
            data[page : page + 4096], data[other : other + 4096] = data[other : other + 4096], data[page : page + 4096]
        case _:
            data[at : at + 64] = dice.randbytes(len(data[at : at + 64]))
    return bytes(data)


def test_a_sound_session_is_saved_whole(run: Recorded, tmp_path: Path) -> None:
    """Link for link, with its totals of votes and flags."""
    saved = salvage(run.path, tmp_path / "saved.maker", family=Count)
    assert (saved.steps, saved.whole) == (LENGTH, True)
    assert head(saved.path) == head(run.path)
    mine, theirs = open_saved(run.path, Count).run.totals, open_saved(saved.path, Count).run.totals
    assert (mine.votes, mine.flagged, mine.wrong) == (theirs.votes, theirs.flagged, theirs.wrong)


def test_the_votes_of_the_open_step_are_saved_too(tmp_path: Path) -> None:
    """A run that was cut off goes on from what was saved as from the file itself."""
    run = record(tmp_path / "run.maker", 20, seed=9, stop_after=50)
    saved = salvage(run.path, tmp_path / "saved.maker", family=Count)
    assert saved.whole
    assert open_saved(saved.path, Count).entries == open_saved(run.path, Count).entries != ()


def test_what_lies_before_the_damage_is_saved(run: Recorded, tmp_path: Path) -> None:
    """Of each of many damaged files every step is saved up to the first that verify names; the file is left alone."""
    content, dice, whole = run.path.read_bytes(), Random(21), 0
    for number in range(40):
        path, to = tmp_path / f"{number}.maker", tmp_path / f"{number}-saved.maker"
        path.write_bytes(damaged := damage(content, dice))
        if len(damaged) < 4096:  # not one whole page is left
            with pytest.raises(SessionError, match="nothing can be saved"):
                salvage(path, to, family=Count)
            continue
        named = [one.step for one in verify(path, run.task).findings if one.step is not None]
        saved = salvage(path, to, family=Count)
        assert saved.steps >= min(named, default=0)
        assert verify(to, run.task).findings == ()
        with Reader(run.path) as sound, Reader(to) as reader:
            assert list(reader.answers(run.task)) == list(sound.answers(run.task, 0, saved.steps))
        assert path.read_bytes() == damaged
        whole += saved.whole
    assert 0 < whole < 40


def test_a_file_whose_front_is_gone_is_saved(run: Recorded, tmp_path: Path) -> None:
    """SQLite does not even open it."""
    path = tmp_path / "headless.maker"
    path.write_bytes(bytes(4096) + run.path.read_bytes()[4096:])
    with pytest.raises(SessionError, match="salvage"):
        open_saved(path, Count)
    assert salvage(path, tmp_path / "saved.maker", family=Count).steps == LENGTH


def test_what_is_no_session_at_all_is_refused(tmp_path: Path) -> None:
    """In one line, and no file is made."""
    path = tmp_path / "noise.maker"
    path.write_bytes(Random(1).randbytes(50_000))
    with pytest.raises(SessionError, match="nothing can be saved"):
        salvage(path, tmp_path / "saved.maker", family=Count)
    assert not (tmp_path / "saved.maker").exists()


def test_random_bytes_are_read_without_a_crash(tmp_path: Path) -> None:
    """Pages of noise, each made to look like a leaf, give rows or none."""
    dice = Random(2)
    noise = b"".join(b"\x0d" + dice.randbytes(4095) for _ in range(200))
    path = tmp_path / "noise"
    path.write_bytes(noise)
    assert len(list(Pages(path).rows())) >= 0
