"""The order: by the rule, cycles decided, answers read, checked by a replay; what it is written as; what is chosen."""

from __future__ import annotations

import heapq
import json
import random
import shutil
import subprocess
from graphlib import TopologicalSorter

import pytest
from maker_tasks.build_order import BuildOrder
from maker_tasks.build_order.formats.dot import read_dot
from maker_tasks.build_order.state import Build, Drop, Unite

from maker_engine.core.errors import ProblemError
from maker_engine.core.responses import Flag
from maker_tui.cli.main import main
from tests.tasks.build_order.files import follow, needs_of


def graph(seed, count=40, *, acyclic=True):
    """Random modules with the needs of each."""
    dice = random.Random(seed)
    names = [f"m{number:03}" for number in range(count)]
    dice.shuffle(names)
    found = {}
    for at, name in enumerate(names):
        others = names[:at] if acyclic else names
        found[name] = sorted({dice.choice(others) for _ in range(dice.randrange(4)) if others} - {name})
    return found


@pytest.mark.parametrize("seed", range(8))
def test_the_order_is_graphlibs_with_the_rule_as_a_heap(seed):
    """Of what graphlib says is ready, each step takes the most waited on, then the longest chain, then the name."""
    modules = graph(seed)
    back = {name: [other for other, needs in modules.items() if name in needs] for name in modules}

    def waiting(name):
        found, left = set(), [name]
        while left:
            left += [other for other in back[left.pop()] if other not in found and not found.add(other)]
        return len(found)

    def chain(name):
        return max((chain(other) + 1 for other in back[name]), default=0)

    sorter = TopologicalSorter(modules)
    sorter.prepare()
    ready, order = [], []
    while sorter.is_active():
        for name in sorter.get_ready():
            heapq.heappush(ready, (-waiting(name), -chain(name), name))
        order.append(heapq.heappop(ready)[2])
        sorter.done(order[-1])
    task = BuildOrder.load({}, json.dumps(modules))
    answers, state = follow(task)
    assert [answer.module for answer in answers] == order == task.result(state)["order"]


@pytest.mark.parametrize("policy", ["auto", "unit", "drop"])
def test_cycles_are_decided_and_the_rest_is_in_order(policy):
    """With cycles every need still comes first, but for those dropped and those within one unit."""
    for seed in range(12):
        dice = random.Random(seed)
        kinds = ("needs", "dev", "optional", "peer")
        text = {
            name: {kind: [other for other in needs if dice.randrange(4) == at] for at, kind in enumerate(kinds)}
            for name, needs in graph(seed, 30, acyclic=False).items()
        }
        task = BuildOrder.load({"cycles": policy}, json.dumps(text))
        answers, state = follow(task)
        assert task.verify(answers) == []
        result = task.result(state)
        place = {name: at for at, name in enumerate(result["order"])}
        excused = {f"{one}>{other} {kind}" for one, other, kind in result.get("dropped", [])}
        unit = {name: at for at, names in enumerate(result.get("units", [])) for name in names}
        late = [
            need
            for need in needs_of(task.problem) - excused
            for one, other in [need.rpartition(" ")[0].split(">")]
            if place[other] > place[one] and (one not in unit or unit.get(other) != unit[one])
        ]
        assert late == []
        assert not (policy == "unit" and excused)
        assert not (policy == "drop" and unit)


KNOT = "a: {needs: [b], dev: [c]}\nb: [a]\nc: {optional: [a]}\n"


def test_the_weakest_need_goes_first_and_a_cycle_of_required_ones_is_one_unit():
    """Optional before dev before peer before required, then by name; where all are required, one unit is built."""
    answers, _ = follow(BuildOrder.load({}, KNOT))
    assert answers == [Unite(), Build("a")]
    answers, _ = follow(BuildOrder.load({"cycles": "drop"}, KNOT))
    assert answers == [Drop("a", "b"), Drop("c", "a"), Build("c"), Build("a"), Build("b")]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda text: text, None),
        (lambda text: f"I compare.\n```\n{text}\n```", None),
        (lambda text: text.replace("module", "**Module**").replace(" = ", ": "), None),
        (lambda text: text.replace("name = crypto", 'name = "crypto"'), None),
        (lambda text: text.replace("module = 1", "module = 2"), "inconsistent"),
        (lambda text: text.replace("waiting = 8", "waiting = 9"), "inconsistent"),
        (lambda text: text.replace("chain = ", "chain = 9"), "inconsistent"),
        (lambda text: text.replace("module = 1", "module = 7"), "malformed"),
        (lambda text: text.partition("\n")[0], "malformed"),
        (lambda text: text + "\nI hope this helps.", "malformed"),
        (lambda _: "module = other\nname = nothing", "malformed"),
        (lambda _: "module = other\nname = web", "illegal"),
    ],
)
def test_answers_are_read_generously_in_form_and_strictly_in_content(change, rule):
    """Fences, bold and quotes are free; what contradicts its own row, or is not ready, is a red flag."""
    task = BuildOrder.load({})
    state = task.apply(task.start(), Build("log"))
    _, text = task.imitate(task.step(state).prompt, None, 0)
    read = task.parse(state, change(text))
    flag = read if isinstance(read, Flag) else task.objection(state, read)
    assert (flag.rule if flag else None) == rule
    assert rule or read == task.oracle(state)


def test_a_menu_has_twelve_entries_of_many_and_any_other_can_be_named():
    """Of 130 ready modules the twelve that come first by the rule are shown; another is a vote like any."""
    task = BuildOrder.load({}, json.dumps({f"m{number:03}": [] for number in range(130)}))
    prompt = task.step(task.start()).prompt.user
    assert prompt.count("waiting 0, chain 0") == 12
    assert "118 more are ready" in prompt
    assert task.parse(task.start(), "module = other\nname = m129") == Build("m129")


def test_five_thousand_modules_are_ordered_and_checked():
    """Numbers that are counted a part of the modules at a time are those that the check counts at once."""
    dice = random.Random(5)
    modules = {
        f"m{at}": sorted({f"m{dice.randrange(at)}" for _ in range(dice.randrange(3)) if at}) for at in range(5_000)
    }
    modules["group"], modules["m4999"] = ["m4999"], [*modules["m4999"], "group"]
    task = BuildOrder.load({}, json.dumps(modules))
    answers, state = follow(task)
    assert task.verify(answers) == []
    assert len(task.result(state)["order"]) == 5_001
    assert len(task.picture(task.decode_state(task.encode_state(state))).plain.splitlines()) <= 18


def test_strange_names_go_the_whole_way():
    """Names with blanks, quotes, colons, other scripts and the prompt's own words are ordered, voted on and written."""
    names = ["a b", 'say "x"', "it's: x", "x: waiting 9, chain 9", "a needs b", "\u0430", "a", "$(id)", "-x", "1. y"]
    modules = {name: names[:at] for at, name in enumerate(names)}
    for options in ({}, {"facts": "raw"}):
        task = BuildOrder.load(options, json.dumps(modules))
        state = task.start()
        while (right := task.oracle(state)) is not None:
            _, text = task.imitate(task.step(state).prompt, None, 0)
            assert task.parse(state, text) == right
            state = task.apply(state, right)
        assert task.result(state)["order"] == names
        assert needs_of(read_dot(task.papers(state, {})["order.dot"])) == needs_of(task.problem)
    circle = BuildOrder.load({}, json.dumps({"a needs b": ["c"], "c": {"dev": ["a needs b"]}}))
    _, text = circle.imitate(circle.step(circle.start()).prompt, None, 0)
    assert circle.parse(circle.start(), text) == Drop("c", "a needs b")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda moves: [*moves[:-1]], "release is not in the order"),
        (lambda moves: [*moves[1:2], moves[0], *moves[2:]], "is built before"),
        (lambda moves: [*moves[:-1], *moves[:1]], "is in the order 2 times"),
        (lambda moves: [*moves[:6], moves[7], moves[6], *moves[8:]], "is built before ui, which it needs"),
        (lambda moves: [moves[0], moves[2], moves[1], *moves[3:]], "crypto was built before its turn: config was due"),
        (lambda moves: [Unite(), *moves], "a cycle was decided on where there is none"),
    ],
)
def test_a_wrong_order_is_found_out(spoil, said):
    """What is left out, too early, doubled, or not in its turn is told by name."""
    task = BuildOrder.load({})
    moves, _ = follow(task)
    assert any(said in line for line in task.verify(spoil(moves)))


def test_only_and_changed_choose_a_part(tmp_path, monkeypatch):
    """--only takes what a module needs, --changed what needs a module, by its files or by git."""
    assert BuildOrder.load({"only": "auth"}).problem.names == ["auth", "config", "crypto", "log", "store"]
    affected = ["api", "auth", "cli", "docs", "release", "smoke", "web"]
    for changed in ("auth", "auth/source.py", "./auth/deep/er.py"):
        assert BuildOrder.load({"changed": changed}).problem.names == affected
    with pytest.raises(ProblemError, match="no module 'auht': did you mean 'auth'"):
        BuildOrder.load({"only": "auht"})
    with pytest.raises(ProblemError, match="'elsewhere/x' belongs to no module"):
        BuildOrder.load({"changed": "auth\nelsewhere/x"})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProblemError, match="git cannot say what has changed since 'main': fatal: not a git repository"):
        BuildOrder.load({"changed": "git:main"})
    git = [shutil.which("git"), "-c", "user.name=x", "-c", "user.email=x"]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    (tmp_path / "auth").mkdir()
    (tmp_path / "auth" / "new file.py").touch()
    assert BuildOrder.load({"changed": "git:main"}).problem.names == affected
    with pytest.raises(ProblemError, match="needs a revision"):
        BuildOrder.load({"changed": "git:--output=x"})


def test_the_order_is_written_in_every_form():
    """Text, checklist, JSON, rules, graph and schedule all hold the same order; slots shorten it to the bound."""
    task = BuildOrder.load({"slots": 3})
    _, state = follow(task)
    papers = task.papers(state, {})
    order = json.loads(papers["order.json"])["order"]
    assert papers["order.txt"].split() == order
    assert [line[7:-1] for line in papers["checklist.md"].splitlines() if line.startswith("- [ ] ")] == order
    assert needs_of(read_dot(papers["order.dot"])) == needs_of(task.problem)
    assert papers["schedule.txt"].startswith("3 slots: 20 s; no order takes less than 20 s")
    assert {key: task.result(state)[key] for key in ("makespan", "bound")} == {"makespan": 20.0, "bound": 20.0}
    alone = BuildOrder.load({})
    assert alone.result(follow(alone)[1])["makespan"] == sum(one.seconds for one in alone.problem.modules)


def test_what_breaks_is_told_without_a_vote(tmp_path, capsys):
    """`maker build_order` prints the order by the rule, and what cannot be built when a module fails."""
    file = tmp_path / "m.yaml"
    file.write_text("app: [lib, log]\nlib: [log]\nlog: []\ntool: []\n")
    assert main(["build_order", "order", str(file)]) == 0
    assert capsys.readouterr().out.split() == ["log", "lib", "app", "tool"]
    assert main(["build_order", "breaks", "log", str(file)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2 modules cannot be built when log fails, 2 of them directly", "  app", "  lib",
    ]  # fmt: skip
    assert main(["build_order", "order", str(file), "--as", "schedule.txt"]) == 2
    assert main(["build_order", "breaks", "nothing", str(file)]) == 2
    assert capsys.readouterr().err.count("\n") == 2
