"""A key means one thing everywhere: whoever has learnt it on one screen knows it on all."""

from __future__ import annotations

from collections import defaultdict

from maker_tui.screens.help import OTHERS, by_purpose
from maker_tui.screens.home import Home
from maker_tui.screens.looking import Looking
from maker_tui.screens.workbench import Workbench
from maker_tui.settings.actions import all_actions
from maker_tui.settings.keymap import bindings_of
from maker_tui.widgets.step_table import ORDER_KEYS

LEAVES = frozenset({"back", "leave", "quit", "do-not", "show-all"})
ORDERS = "by-"
"""In a table of columns a capital orders the rows by the one that it stands for, as in k9s, whatever it is else."""
MOVES = frozenset({
    "up", "down", "left", "right", "top", "bottom", "first", "last", "next-pane", "pane-before", "other-pane",
    "next-field", "field-before", "next-plot", "plot-before",
})  # fmt: skip
EXCEPTIONS: tuple[tuple[tuple[str, ...], frozenset[str], str], ...] = (
    (("escape", "q"), LEAVES, "leave: what is left is what is in front"),
    (("up", "down", "left", "right", "h", "l", "home", "end", "G", "tab", "shift+tab"), MOVES, "move"),
    (("C",), LEAVES | {"model-check"}, "the key that opens a page closes it"),
    (("f1", "question_mark"), LEAVES | {"help"}, "the key that opens a page closes it"),
    (("enter",), LEAVES | {"answer", "answer-those", "open", "start", "read"}, "do what the screen is for"),
    (("a",), frozenset({"agree", "answer", "own-words"}), "answer what is asked"),
    (("g",), frozenset({"top", "go-to"}), "as in less: to the top, or to the number typed before"),
    (("plus", "minus"), frozenset({"closer", "farther", "taller", "lower"}), "more of it, less of it"),
    (("equals_sign",), frozenset({"closer", "usual-layout"}), "plus without shift, where there is no layout"),
    (("N",), frozenset({"match-before", "run-again"}), "n once more: the other match; a run as there was one"),
    (
        ("n",),
        frozenset({"do-not", "new-run", "next-match", "next-row", "step"}),
        "next: a step, a row; new where there is none",
    ),
    (("o",), frozenset({"order", "next-order"}), "the next order of the rows"),
    (("O",), frozenset({"order-before", "voters"}), "the order before; a run's voters, where rows have no order"),
    (("slash",), frozenset({"search", "find"}), "find"),
    (("space",), frozenset({"pause", "mark", "choose"}), "take what is under the cursor; a run has only itself"),
    (
        ("u",),
        frozenset({"undo", "take-back", "until"}),
        "undo among sessions, as in vi; in a run nothing can be undone",
    ),
    (("x",), frozenset({"delete", "strike"}), "take away: a session, a candidate"),
    (
        ("y",),
        frozenset({"copy-pane", "duplicate", "put-back", "run-it"}),
        "copy a text, a session; yes where it is asked",
    ),
)
"""Keys, the names of the actions that they may have in different places, and the one meaning of these."""


def names_by_key() -> dict[str, set[str]]:
    """What each key does, by the second half of its actions' names."""
    names = defaultdict(set)
    for name, action in all_actions().items():
        for key in action.keys.split(","):
            does = name.partition(".")[2]
            if not does.startswith(ORDERS):
                names[key].add(does)
    return names


def test_no_key_means_two_things() -> None:
    """Rule: a key has one name on all screens, or its names are listed with the one thing that they mean."""
    allowed = {key: names for keys, names, _ in EXCEPTIONS for key in keys}
    assert {
        key: names for key, names in names_by_key().items() if len(names) > 1 and not names <= allowed.get(key, set())
    } == {}


def test_a_capital_that_orders_the_table_is_no_key_of_the_views() -> None:
    """Rule: in the table of steps nothing else is lost to a capital that orders by a column."""
    around = {key for one in bindings_of(Looking) for key in one.key.split(",")}
    assert around.isdisjoint(ORDER_KEYS.values())


def test_the_list_of_exceptions_is_no_longer_than_it_must_be() -> None:
    """Rule: every key that is listed has two names at least."""
    names = names_by_key()
    assert [key for keys, _, _ in EXCEPTIONS for key in keys if len(names[key]) < 2] == []


def test_a_fork_and_the_table_have_their_keys_in_every_view() -> None:
    """Rule: F forks and t opens the table wherever a step is in view; on the home screen t is the table too."""
    for screen in (Workbench, Looking):
        keys = {(one.id or "").partition(".")[2]: one.key for one in bindings_of(screen)}
        assert (keys["fork"], keys["table"], keys["next-wrong"]) == ("F", "t", "exclamation_mark")
    assert {one.key for one in bindings_of(Home) if one.id == "home.table"} == {"t"}


def test_help_says_what_every_key_of_the_big_screens_is_for() -> None:
    """Rule: of the keys of workbench, views and home only those that leave, help and save stand under no purpose."""
    for screen in (Workbench, Looking, Home):
        rest = dict(by_purpose(bindings_of(screen)))[OTHERS]
        assert {(one.id or "").partition(".")[2] for one in rest} <= {"leave", "quit", "help", "menu"}
