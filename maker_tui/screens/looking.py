"""Looking at a run: the inspector, the table of its steps, its map, plots and schedule, all at one step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key, Paste

from maker_engine.core.errors import InputError
from maker_engine.printable import one_line
from maker_engine.sessions.queries.marks import Marks
from maker_engine.sessions.queries.recorded_task import WITHOUT, RecordedTask
from maker_engine.sessions.store.schema import StepFlag
from maker_tui.parts.counted_keys import CountedKeys
from maker_tui.parts.filter_prompt import ask_filter
from maker_tui.parts.maker_screen import MakerScreen
from maker_tui.parts.step_navigator import GOING_KEYS, StepNavigator
from maker_tui.runs.finding import is_filter
from maker_tui.runs.records import Records
from maker_tui.runs.viewed import Opened, ViewedRun, Went
from maker_tui.settings.keymap import bindings_of, take_actions
from maker_tui.text.figures import place_words
from maker_tui.widgets.cursor_pane import CursorPane
from maker_tui.widgets.inspector import Inspector, Page
from maker_tui.widgets.key_bar import KeyBar, keys_of, name_of, named
from maker_tui.widgets.plot_pane import PlotPane
from maker_tui.widgets.prompt_line import PromptLine
from maker_tui.widgets.run_map import RunMap
from maker_tui.widgets.schedule_pane import SchedulePane
from maker_tui.widgets.step_table import StepTable
from maker_tui.widgets.steps_view import Sought, StepsView
from maker_tui.widgets.strips import HeadLine

LOOK_S = 0.5
BITE = 1 << 16
"""Steps whose marks are read in one go."""
INSPECTOR, STEPS, MAP, PLOTS, SCHEDULE = "inspector", "steps", "map", "plots", "schedule"
USUAL_VIEWS = 4
"""Views whose keys the footer begins with; of a task that acts the schedule's is the next."""
MATCH_KEYS = frozenset({"next-match", "match-before"})
View = Inspector | StepsView | RunMap | PlotPane | SchedulePane


class Looking(MakerScreen):
    """Shows one run in five views, one at a time, each of them at the same step.

    Args:
        run: The run.
        step: The step to begin at, 0-based.
        view: The view to begin with.
        travel: Called with a step that the workbench is to show.
        fork: Called with a step that a fork is to begin at, once this screen is left.
    """

    DEFAULT_CSS = """
    Looking { background: $background; }
    Looking > .view { display: none; height: 1fr; }
    Looking > .view.-front { display: block; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "view('inspector')", "inspect", tooltip="one step: prompt, samples, ballot"),
        Binding("t", "view('steps')", "table", tooltip="every step in a table"),
        Binding("m", "view('map')", "map", tooltip="the whole run as a map"),
        Binding("p", "view('plots')", "plots", tooltip="vote race, convergence, length, votes a step"),
        Binding(
            "at",
            "view('schedule')",
            "schedule",
            show=False,
            key_display="@",
            tooltip="what was on when: effects and calls over time",
        ),
        Binding("F", "fork", "fork", tooltip="another run from the step in view on, with changes"),
        Binding("q,escape", "leave", "leave", tooltip="leave the views; escape first ends a search"),
        Binding("question_mark", "help", "help", tooltip="keys and words of this screen"),
        Binding("g", "go_line", "go to", tooltip="go to a step by its number; 42g goes there at once"),
        Binding("slash", "find", "find", tooltip="find words in responses, or steps by a filter: flags>2 and dissent"),
        *GOING_KEYS,
        Binding("ampersand", "narrow", "narrow", tooltip="keep the table to the steps a filter picks"),
        Binding("n", "match(1)", "next match", tooltip="to the next step found"),
        Binding("N", "match(-1)", "match before", tooltip="to the step found before"),
        Binding("w", "travel", "workbench", tooltip="show this moment on the workbench"),
        Binding("colon", "app.command_palette", "menu", tooltip="every command by name"),
    ]

    in_between = True
    """Every step in view was gone to."""

    HELP_TITLE = "looking at a run"
    HELP_WORDS = (
        "One run, saved or live, at one step in five views: what was asked and answered, table, map, plots, schedule.",
        "Words typed after / are looked for in responses, in quotes a phrase; n and N go from step to step.",
        'Filters are written like this: flags>2 and not dissent, votes>=5 or wrong, step:100-200, action~"3,0".',
        "After / a filter finds steps too. What it can ask for is offered while it is typed; tab completes it.",
    )
    HELP_OF = (
        ("in the inspector", Inspector),
        ("in its page", Page),
        ("in the table", StepTable),
        ("in lists", CursorPane),
        ("in the map", RunMap),
        ("in the plots", PlotPane),
    )

    def __init__(
        self, run: ViewedRun, step: int, view: str, travel: Callable[[int], None], fork: Callable[[int], None]
    ) -> None:
        super().__init__()
        self._run = run
        self._step = step
        self._front = view
        self._asks = False
        self._travel = travel
        self._fork = fork
        self._head = HeadLine()
        self._steps = StepsView(run, id=STEPS)
        self._inspector = Inspector(run, id=INSPECTOR)
        self._views: dict[str, View] = {
            INSPECTOR: self._inspector, STEPS: self._steps, MAP: RunMap(run, id=MAP),
            PLOTS: PlotPane(run, id=PLOTS), SCHEDULE: SchedulePane(run, id=SCHEDULE),
        }  # fmt: skip
        self._prompt = PromptLine()
        self._keys = CountedKeys(self, self._typed)
        take_actions(self, StepNavigator(self, self, self._keys))

    def compose(self) -> ComposeResult:
        """Head line, the views behind each other, a row to type in, footer."""
        yield self._head
        for view in self._views.values():
            view.add_class("view")
            yield view
        yield self._prompt
        yield KeyBar(keys_of(self.BINDINGS))

    @property
    def marks(self) -> Marks:
        """What is remarkable about the steps."""
        return self._run.marks

    @property
    def records(self) -> Records:
        """The record of the run."""
        return self._run.records

    @property
    def place(self) -> int:
        """The step that all views are at."""
        return self._step

    def on_mount(self) -> None:
        """Show the view that was asked for, and the run as it is now."""
        self.show_view(self._front, self._step)
        if self._asks:
            self.action_find()
        self._catch_up()
        self.set_interval(LOOK_S, self._look)

    def look_at(self, step: int, view: str) -> None:
        """Show `view` of `step`, from now on too when the screen was away."""
        self._front, self._step = view, step
        if self.is_mounted:
            self.show_view(view, step)
            self._catch_up()

    def show_view(self, name: str, step: int) -> None:
        """Bring a view to the front, at `step`."""
        plots = self._views[PLOTS]
        if name != PLOTS and isinstance(plots, PlotPane):
            plots.rest()
        self._front = name
        for other, view in self._views.items():
            view.set_class(other == name, "-front")
        self.go_to(step)
        self._show_footer()
        self.call_after_refresh(self._views[name].take_focus)

    def go_to(self, step: int) -> None:
        """Show `step`, or the nearest one there is."""
        self._step = max(0, min(step, self._run.total - 1 if self._front == MAP else self._run.last))
        self._tell_where()
        self._views[self._front].show_step(self._step)

    def _tell_where(self) -> None:
        started = self._run.started
        if started is not None:
            place = place_words(self._step, self.records.steps)
            badge = "SIMULATED" if started.simulated else ""
            without = (WITHOUT,) if isinstance(self._run.task, RecordedTask) else ()
            self._head.tell(started.title, facts=(*without, place, started.problem, started.model), badge=badge)

    def _look(self) -> None:
        if self._run.source.live and self.is_current:
            self._catch_up()

    def _catch_up(self) -> None:
        """See how far the run is on record, which is quick, and then what is remarkable about its steps."""
        self.records.look(lambda reader: reader.steps_done() > len(self.marks), self._caught_up, "marks")

    def _caught_up(self, more: bool) -> None:
        if more:
            self.records.look(lambda reader: self.marks.catch_up(reader, BITE), self._caught_up, "marks")
        if self.is_mounted:
            self._views[self._front].more()
            self.go_to(self._step)
            self._show_footer()

    def _show_footer(self) -> None:
        """Show the keys that do something now: to wrong steps and matches where there are some, orders in the table."""
        usual, views = keys_of(self.BINDINGS), USUAL_VIEWS
        if self._run.task.acts:
            usual[views:views] = named(self.BINDINGS, ["schedule"])
            views += 1
        if not self._steps.finding.text:
            usual = [one for one in usual if name_of(one) not in MATCH_KEYS]
        if self._front == STEPS:
            (order,) = named(bindings_of(StepTable), ["next-order"])
            usual.insert(views + 2, replace(order, action=f"focused.{order.action}"))
        (wrong,) = named(usual, ["next-wrong"])
        usual.remove(wrong)
        if self.marks.after(-1, StepFlag.WRONG) is not None:
            usual.insert(views + 1, wrong)
        for bar in self.footers:
            bar.offer(usual)

    def on_went(self, message: Went) -> None:
        """Keep the step that the view in front has gone to; it is there already, or farther by now."""
        message.stop()
        self._step = message.step
        self._tell_where()

    def on_opened(self, message: Opened) -> None:
        """Inspect a step."""
        message.stop()
        self.show_view(INSPECTOR, message.step)

    def action_view(self, name: str) -> None:
        """Bring a view to the front."""
        self.show_view(name, self._step)

    def action_leave(self) -> None:
        """End a search under way, else go back."""
        if self._steps.finding.going:
            self._steps.finding.end()
            self._steps.show_step(self._step)
            return
        self._leave()

    def _leave(self) -> None:
        for view in self._views.values():
            if isinstance(view, PlotPane):
                view.rest()
        self.app.pop_screen()

    def action_travel(self) -> None:
        """Show the step on the workbench."""
        self._leave()
        self._travel(self._step)

    def action_fork(self) -> None:
        """Ask on the workbench for a fork at the step in view."""
        self._leave()
        self._fork(self._step)

    def action_go_line(self) -> None:
        """Go to the number typed before, or ask for one."""
        number = self._keys.take_count()
        if number is not None:
            self.go_to(number - 1)
            return
        hint = "a number, or a share such as 50% · enter goes · esc stays"
        self._prompt.request("go to step", "", hint, self._go_typed)

    def action_find(self) -> None:
        """Ask for words or a filter, whose matches are gone to."""
        ask_filter(self._prompt, "find", self._steps.finding.text, self._find)

    def find_at_once(self) -> None:
        """Ask as `/` does, as soon as there is where to type."""
        self._asks = True
        if self.is_mounted:
            self.action_find()

    def _find(self, text: str) -> None:
        """Find by a filter in the table; find words there too, or in the inspector where that is in front."""
        words = bool(text.strip()) and not is_filter(text)
        if self._front != STEPS and not (words and self._front == INSPECTOR):
            self.show_view(STEPS, self._step)
        if words:
            self._steps.find_words(text)
        else:
            self._steps.find(text, narrow=False)
        self._inspector.show_terms(self._steps.finding.terms)

    def on_sought(self, message: Sought) -> None:
        """Go to the first step that was found, where another view than the table is in front."""
        message.stop()
        if self._front != STEPS:
            self.go_to(message.step)

    def action_narrow(self) -> None:
        """Ask for a filter that the table is kept to."""
        if self._front != STEPS:
            self.show_view(STEPS, self._step)
        ask_filter(self._prompt, "only", self._steps.finding.text, partial(self._steps.find, narrow=True))

    def action_match(self, by: int) -> None:
        """Go to another match."""
        for _ in range(self._keys.take_count() or 1):
            step = self._steps.match(by, self._step)
            if step is None:
                status = self._steps.finding.status or "type words or a filter after / first"
                self.notify(one_line(status), title="no match there", markup=False, timeout=3)
                return
            self.go_to(step)

    def _go_typed(self, text: str) -> None:
        self.go_to(step_of(text, self._run.total))

    async def on_key(self, event: Key) -> None:
        """Take keys in the order they were typed."""
        await self._keys.feed(event)

    def _typed(self, event: Key) -> bool:
        """Give a key to the line, where it is up."""
        taken = self._prompt.typed(event)
        if taken and not self._prompt.up:  # there may be matches to go to now
            self._show_footer()
        return taken

    def on_paste(self, event: Paste) -> None:
        """Paste into the line, where it is up."""
        self._prompt.pasted(event)


def step_of(text: str, total: int) -> int:
    """Read a step number, 1-based, or a share of `total` steps in percent; return the step, 0-based.

    Raises:
        InputError: It is neither.
    """
    digits = text.strip().replace(",", "").removesuffix("%").strip()
    if not digits.isascii() or not digits.isdigit():
        raise InputError(f"a step is a number from 1 to {total:,}, or a share such as 50%, not {one_line(text, 40)!r}")
    number = int(digits[:18])
    return total * min(number, 100) // 100 - 1 if text.strip().endswith("%") else max(1, number) - 1
