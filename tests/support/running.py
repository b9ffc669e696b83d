"""Running a real runner over the toy task, with a model that says what a test wants."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import ProviderError
from maker_engine.core.record.commands import Command
from maker_engine.core.record.events import RunStarted
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.core.solving.settings import Settings
from maker_engine.models.port import Model
from maker_engine.models.scripted import ScriptedModel
from maker_engine.runtime.clock import Clock, ManualClock
from maker_engine.runtime.limits import Limits
from maker_engine.runtime.plan import Plan
from maker_engine.runtime.runner import Runner
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.store.journal import Journal
from tests.support.toy import Count, answer

TOY = f"{Path(__file__).with_name('toy.py')}:Count"


def started(task: AnyTask, k: int = 2) -> RunStarted:
    """The first event of a run over `task`."""
    return RunStarted(
        TOY, task.title, task.label, "scripted", True, k, "ahead", 0, task.expected_steps, task.has_oracle
    )


def right(request: SampleRequest) -> Response:
    """Always the right answer."""
    return answer((request.step + 1) % 8)


class Bench:
    """A runner on the bench: its journal, its clock, its inbox and every view it published."""

    def __init__(
        self,
        directory: Path,
        script: Callable[[SampleRequest], Response | ProviderError] = right,
        *,
        task: AnyTask | None = None,
        settings: Settings | None = None,
        limits: Limits | None = None,
        model: Model | None = None,
        concurrency: int = 8,
        clock: Clock | None = None,
        **plan: Any,
    ) -> None:
        self.task = task or Count(3)
        settings = settings or Settings(k=2)
        order = {"task": TOY, "source": self.task.source(), "max_tokens": settings.flags.max_tokens}
        self.journal = Journal(directory / "run.maker", self.task, order)
        self.clock = ManualClock()
        """Turned by hand, and not looked at where another one is given."""
        self.inbox = Inbox()
        self.views: list[RunView] = []
        self.watch: Callable[[RunView], None] = lambda _: None
        driven = Plan(
            self.task,
            model or ScriptedModel(script),
            settings,
            started(self.task, settings.k),
            limits or Limits(),
            concurrency,
            **plan,
        )
        self.runner = Runner(driven, self.journal, inbox=self.inbox, on_view=self._see, clock=clock or self.clock)

    def _see(self, view: RunView) -> None:
        self.views.append(view)
        self.watch(view)

    def send(self, *commands: Command) -> None:
        """Put commands in."""
        for command in commands:
            self.inbox.send(command)

    async def run(self) -> RunView:
        """Run to the end and close the journal."""
        try:
            await self.runner.run()
        finally:
            self.journal.close()
        return self.runner.view
