"""The help screen, made from the bindings of the screen it is asked for on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key, Resize
from textual.screen import ModalScreen

from maker_tui.parts.maker_screen import MakerScreen
from maker_tui.settings.keymap import NamedKeys, active_bindings, bindings_of
from maker_tui.text.figures import fit
from maker_tui.text.roles import line
from maker_tui.text.wrapping import wrapped
from maker_tui.widgets.key_bar import label_of, name_of
from maker_tui.widgets.line_pane import LinePane
from maker_tui.widgets.prompt_line import PromptLine

KEY_CELLS = 16

GLOSSARY = (
    ("sample", "one call of a model for one step; its response votes, or is flagged"),
    ("flagged", "discarded because it looks unreliable: never repaired, never a vote"),
    ("candidate", "an answer that has votes"),
    ("margin", "votes the leader is ahead of its strongest rival"),
    ("k", "the margin that decides a step; more of it makes a wrong decision less likely"),
    ("decided", "a candidate is k ahead: its answer is taken, and the next step begins"),
    ("undecided", "the most samples a step may draw were drawn, and no candidate got there"),
    ("hopeless", "a dozen samples of a step in a row were flagged: more of the same would be flagged too"),
    ("alike", "samples that say word for word what an earlier one of their step said"),
    ("worth", "effective votes a step, or in brackets: each text counts once, since copies are not votes"),
    ("wasted", "samples drawn ahead for a step that came out otherwise, or no longer needed; paid for all the same"),
    ("held", "at a breakpoint the run asks for nothing and commits nothing; what is in flight still counts"),
    ("probe", "a sample that is only shown: paid for, never a vote"),
    ("wrong", "a decision that the oracle of the task disagrees with; it is counted and shown, and never used"),
    ("dissent", "steps in which more than one candidate had votes"),
)
"""The words of the screen."""


PURPOSES: Sequence[tuple[str, tuple[str, ...]]] = (
    ("sessions", ("open", "search", "order", "order-before", "mark", "versus", "show-all", "rename", "duplicate",
                  "delete", "undo", "refresh", "demo")),
    ("run control", ("pause", "step", "sample", "one-vote", "continue", "resume", "until", "to-dissent", "break",
                     "breakpoints")),
    ("people", ("review", "answer-those", "take-back", "next-row", "next-list", "claim", "who", "people-a-row")),
    ("the open step", ("answer", "own-words", "probe", "edit-prompt", "vote", "decide", "strike", "k", "voters")),
    ("look", ("inspect", "table", "map", "plots", "schedule", "workbench", "forks", "filter", "model-check", "read")),
    ("from step to step", ("back", "forth", "next-flag", "flag-before", "next-dissent", "dissent-before", "next-wrong",
                           "play", "now", "go-to", "find", "narrow", "next-match", "match-before")),
    ("another run", ("fork", "roll-back", "new-run", "run-again", "plan", "start")),
    ("the document", ("papers",)),
    ("panes", ("next-pane", "pane-before", "zoom", "taller", "lower", "border-left", "border-right", "usual-layout")),
)  # fmt: skip
"""What keys of a screen are for: a heading, and the second halves of their names. Others come at the end."""
OTHERS = "this screen"


class Section(NamedTuple):
    """Keys that belong together."""

    heading: str
    bindings: Sequence[Binding]


class HelpScreen(NamedKeys, ModalScreen[None]):
    """Lists keys and words; any of the leaving keys closes it."""

    CSS_PATH = "help.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter", "app.pop_screen", "back", show=False, tooltip="back"),
        Binding("W", "app.save_view", "save view", show=False, tooltip="write this page to files"),
        Binding("slash", "search", "search", show=False, tooltip="keep to the lines with some words"),
    ]

    def __init__(self, heading: str, words: Sequence[str], sections: Sequence[Section]) -> None:
        super().__init__()
        self._prompt = PromptLine(id="search")
        self._search = ""
        self._heading = heading
        self._words = words
        self._sections = sections

    def compose(self) -> ComposeResult:
        """Compose one pane, and a row to search in."""
        yield LinePane("help", id="help")
        yield self._prompt

    def on_mount(self) -> None:
        """Make the pane ready to scroll."""
        pane = self.query_one("#help", LinePane)
        pane.entitle(f"help · {self._heading}", "/ searches · esc closes")
        pane.focus()

    def on_resize(self, _event: Resize) -> None:
        """Lay the page out once the pane has its new width."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        pane = self.query_one("#help", LinePane)
        pane.show(help_lines(self._words, self._sections, pane.size.width, self._search))

    async def on_key(self, event: Key) -> None:
        """Give a key to the search while one is typed."""
        if self._prompt.typed(event):
            event.stop()
            event.prevent_default()

    def _searched(self, text: str) -> None:
        self._search = text
        self.query_one("#help", LinePane).scroll_lines_to(0)
        self._lay_out()

    def action_search(self) -> None:
        """Keep to the lines with some words, as they are typed."""
        hint = "enter keeps to it · esc shows all"
        self._prompt.request("find", self._search, hint, self._searched, follow=self._searched)


def help_lines(words: Sequence[str], sections: Iterable[Section], width: int, search: str = "") -> list[Text]:
    """Lay out the page: what the screen is for, its keys, the words; with `search`, what has all of its words."""
    sought = search.lower().split()
    lines = [] if sought else [line(row) for sentence in words for row in wrapped(sentence, max(20, width))]
    parts = [
        (one.heading, [(label_of(key, every=True), _tooltip(key), key.description) for key in one.bindings])
        for one in sections
    ]
    for heading, entries in (*parts, ("words", [(*entry, "") for entry in GLOSSARY])):
        found = [entry[:2] for entry in entries if _has(sought, " ".join((heading, *entry)))]
        if found:
            lines += [line(), line((heading, "strong"))]
            lines += [row for name, meaning in found for row in _entry(name, meaning, width)]
    return lines or [line(("nothing here has these words", "quiet"))]


def _has(sought: Sequence[str], text: str) -> bool:
    return all(word in text.lower() for word in sought)


def _tooltip(binding: Binding) -> str:
    return binding.tooltip or binding.description


def _entry(name: str, meaning: str, width: int) -> list[Text]:
    """Set a name beside its meaning, the meaning wrapped in a column of its own."""
    rows = wrapped(meaning, max(20, width - KEY_CELLS - 2))
    names = [name, *[""] * (len(rows) - 1)]
    return [line((f"  {fit(left, KEY_CELLS)}", "key"), row) for left, row in zip(names, rows, strict=True)]


def by_purpose(bindings: Sequence[Binding]) -> Iterator[tuple[str, list[Binding]]]:
    """Give a screen's bindings by what they are for, under a heading each."""
    rest = list(bindings)
    for heading, names in PURPOSES:
        found = [one for name in names for one in rest if name_of(one) == name]
        rest = [one for one in rest if one not in found]
        if found:
            yield heading, found
    yield OTHERS, rest


def sections_of(screen: MakerScreen) -> list[Section]:
    """Collect the bindings that work on `screen`, nearest first; a key is listed where it is first met."""
    seen: set[str] = set()
    own = [one for one in bindings_of(type(screen)) if one not in MakerScreen.BINDINGS]
    groups: list[tuple[str, Iterable[BindingType]]] = list(by_purpose(own))
    groups += [(heading, bindings_of(widget)) for heading, widget in screen.HELP_OF]
    groups += [("everywhere", [*MakerScreen.BINDINGS, *bindings_of(type(screen.app))])]
    sections = []
    for heading, bindings in groups:
        fresh = [one for one in active_bindings(bindings, screen.app) if not set(one.key.split(",")) <= seen]
        seen.update(key for one in fresh for key in one.key.split(","))
        if fresh:
            sections.append(Section(heading, fresh))
    return sections
