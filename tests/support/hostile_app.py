"""A program for a terminal of its own: the workbench on a run that says hostile things, home with hostile sessions.

And two apps with a bug, opened as `maker` opens its own.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from threading import Thread
from typing import NoReturn

from maker_engine.core.record.events import ResponseFlagged, SampleAsked, SampleFailed
from maker_engine.core.responses import Flag, Response
from maker_engine.runtime.order import RunOrder, prepare
from maker_tui.app import MakerApp
from maker_tui.cli import launch
from maker_tui.runs.bridge import LOOK_S, LiveRun
from tests.support.hostile import hostile
from tests.tui.screens.test_home import saved
from tests.tui.sources import Scripted, contested, hanoi, run_events

NUMBER = 300
"""A run keeps as many red flags as this to look at."""


def workbench() -> MakerApp:
    """A run whose every name, flag and message is hostile."""
    task = hanoi()
    events = run_events(task)
    texts = hostile(NUMBER, seed=1)
    all_of_it = " ".join(texts[:60])
    events[0] = type(events[0])(all_of_it, texts[0], texts[1], texts[2], True, 3, "ahead", 0, 127, True)
    source = Scripted(task, events).play_until(contested)
    for place, text in enumerate(texts):
        source.add(SampleAsked(41, 99), ResponseFlagged(41, 99, Flag(text, text, text), Response(text)))
        source.add(SampleFailed(41, 100 + place, text, text, 1.0))
    return MakerApp(source)


def home() -> MakerApp:
    """Sessions that say hostile things of themselves, some in the names of their files."""
    texts = hostile(NUMBER, seed=2)
    sessions = [
        saved(task=text, problem=text, model=text, outcome=text, name=text, path=Path(f"/{place}-{text}.maker"))
        for place, text in enumerate(text.replace("/", "").replace("\x00", "") for text in texts)
    ]
    return MakerApp(listing=lambda: sessions)


def fail() -> NoReturn:
    """Be the bug."""
    raise ZeroDivisionError("a bug of ours")


def broken() -> int:
    """Open the app as `maker` does, and let it fail over its list of sessions."""
    return launch._attended(MakerApp(listing=fail), mouse=True)


def broken_on_a_run() -> int:
    """Open the app as `maker run` does, and let it fail once the run is solved."""
    run = LiveRun(prepare(RunOrder("hanoi", {"disks": 3}, k=2)))
    app = MakerApp(run)

    def wait() -> None:
        while not run.ended:
            time.sleep(LOOK_S)
        app.call_later(fail)

    Thread(target=wait).start()
    return launch._driven(app, run, "stop", mouse=True)


if __name__ == "__main__":
    if sys.argv[1] in ("workbench", "home"):
        {"workbench": workbench, "home": home}[sys.argv[1]]().run()
    else:
        sys.exit({"broken": broken, "broken-run": broken_on_a_run}[sys.argv[1]]())
