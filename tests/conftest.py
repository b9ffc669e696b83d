"""What every test may count on: a home of its own, and no setting of the developer's machine.

What takes time and says nothing of the code is taken away: waiting for a disk, and compiling the same file again.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from multiprocessing.util import Finalize
from pathlib import Path

import pytest

MEMORY, ROOM = Path("/dev/shm"), 2 * 10**9  # noqa: S108 - pytest and tempfile make folders of the user's own in it
"""A file system without a disk, and the bytes free that the suite wants of it: ten times what it writes."""
BYTECODE = Path(__file__).parents[1] / ".pytest_cache" / "bytecode"
_taken = ""

if sys.dont_write_bytecode:
    # Else every worker would rewrite each test, and every program of a test compile all it imports, each time anew.
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(BYTECODE)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False

if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    # Every commit of a session waits for its disk, and no test can see that it did: power cuts are simulated.
    os.environ["TMPDIR"] = tempfile.tempdir = _taken = tempfile.mkdtemp(prefix="m", dir=MEMORY)
    Path(_taken).chmod(0o1777)  # as any folder for such files: some tests are another user


def pytest_collection_finish() -> None:
    """Keep the garbage collector from looking through thousands of tests, time and again: they stay until the end."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(exitstatus: int) -> None:
    """Leave nothing in memory behind a suite that passed.

    What was not closed is looked for once: pytest does so five times over, for three seconds of each worker.
    """
    gc.collect()
    gc.freeze()
    if _taken and exitstatus == pytest.ExitCode.OK:
        # When all else has ended: what multiprocessing made in it is removed, at priority -100, before it.
        Finalize(None, shutil.rmtree, (_taken,), {"ignore_errors": True}, exitpriority=-200)


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sessions of a test, and this installation's key, go to a directory of its own beside the test's."""
    directory = tmp_path_factory.mktemp("home") / "home"
    monkeypatch.setenv("MAKER_HOME", str(directory))
    for name in (
        "NO_COLOR",
        "FORCE_COLOR",
        "TEXTUAL_THEME",
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "MAKER_MODEL",
        "MAKER_PROFILE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLORTERM", "truecolor")
    return directory
