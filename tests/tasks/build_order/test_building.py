"""The modules are really built: by real programs, in order, some at once, after failures and after a kill."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from maker_tasks.build_order import BuildOrder

from maker_engine.core.decomposition import Finished, Start, Started
from maker_engine.core.errors import ProblemError
from maker_engine.sessions.store.user_data import home
from maker_engine.task_contract.subject import prepare
from maker_engine.task_contract.suite import Verdict, examine
from maker_tui.cli.main import main
from tests.support.waiting import wait_for
from tests.tasks.build_order.files import follow

PYTHON = str(Path(sys.executable).resolve())
SIMULATED = ("--model", "sim:p=0.95,v=0.95", "--k", "4", "--headless", "--json", "--progress", "none")


@pytest.fixture
def shop(tmp_path, monkeypatch, capsys):
    """The bundled monorepo, written where the test works."""
    assert main(["build_order", "monorepo", str(tmp_path / "shop")]) == 0
    assert main(["build_order", "monorepo", str(tmp_path / "shop")]) == 2
    capsys.readouterr()
    monkeypatch.chdir(tmp_path / "shop")
    return tmp_path / "shop"


def words(*more, command="build.py {module}"):
    """The words of a run that builds the monorepo."""
    return ["run", "build_order", "--problem", "modules.yaml", "--exec", f"{PYTHON} {command}", *more, *SIMULATED]


def built(shop):
    """What the monorepo's own log says was built, in order."""
    log = shop / "out" / "builds.txt"
    return log.read_text().split() if log.exists() else []


def test_the_monorepo_is_built_in_order(shop, capsys):
    """Twelve modules are built by three slots, each once and after all it needs, and the run is solved and verified."""
    assert main(words("--slots", "3", "--allow", f"exec:{PYTHON}")) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["reason"] == "solved and verified"
    assert sorted(built(shop)) == sorted(summary["result"]["order"])
    assert len(built(shop)) == 12


def test_nothing_is_built_without_consent(shop, capsys):
    """Without --allow the order is made, nothing is begun, and the run names the program."""
    assert main(words()) != 0
    assert f"exec:{PYTHON}" in json.loads(capsys.readouterr().out)["reason"]
    assert built(shop) == []


@pytest.mark.parametrize("keep_going", [False, True])
def test_a_failure_stops_the_others_or_only_those_that_wait_on_it(shop, capsys, keep_going):
    """After a failure nothing more is begun; with --keep-going all that does not wait on it is; it is named, exit 1."""
    (shop / "crypto" / "source.py").write_text("this is no program\n")
    more = ["--keep-going"] if keep_going else []
    assert main(words("--only", "auth", "--allow", f"exec:{PYTHON}", "--out", "papers", *more)) == 1
    summary = json.loads(capsys.readouterr().out)
    assert summary["reason"].startswith("solved and verified; 1 of 5 modules failed: crypto (exit status 1")
    assert built(shop) == (["log", "config", "store"] if keep_going else ["log", "config"])
    assert [*summary["result"]["failed"]] == ["crypto"]
    assert {*built(shop), "crypto", *summary["result"]["not_built"]} == {*summary["result"]["order"]}
    assert "[x] `log`" in (shop / "papers" / "checklist.md").read_text()
    assert "- [ ] `crypto`: failed, exit status 1" in (shop / "papers" / "checklist.md").read_text()


def test_what_was_left_out_or_begun_for_no_reason_is_found_out():
    """After a failure what waits on it may be left out and nothing else, and without --keep-going nothing is begun."""
    for goes_on, failing, said in (
        ("yes", "a", []),
        ("yes", "b", ["not built: c"]),
        ("no", "a", []),
        ("no", "", ["not built: c"]),
    ):
        task = BuildOrder.load({"exec": "true {module}", "keep_going": goes_on}, "a: []\nb: [a]\nc: [a]\n")
        answers, _ = follow(task, failing)
        assert task.verify(answers) == []
        assert task.verify([one for one in answers if getattr(one, "tag", "") != "c"]) == said
    task = BuildOrder.load({"exec": "true {module}"}, "a: []\nb: []\n")
    went_on = follow(BuildOrder.load({"exec": "true {module}", "keep_going": "yes"}, "a: []\nb: []\n"), "a")[0]
    assert task.verify(went_on) == ["b was begun after a had failed"]


ENDING = """\
import os, pathlib, runpy, signal, sys, time
late = pathlib.Path("late")
if sys.argv[1] == "crypto" and not late.exists():
    late.touch()
    signal.pause()
runpy.run_path("build.py", run_name="__main__")
if sys.argv[1] == "config":
    while not late.exists():
        time.sleep(0.01)
    os.kill(int(pathlib.Path("pid").read_text()), signal.SIGSTOP)
"""


def test_a_killed_run_goes_on_and_builds_nothing_twice(shop, capsys):
    """One module has ended unseen when it is killed, another is in the middle: receipts tell, and nobody is asked."""
    (shop / "ending.py").write_text(ENDING)
    order = words("--slots", "2", "--only", "auth", "--session", "run.maker", command="ending.py {module}")
    allow = ["--allow", f"exec:{PYTHON}"]
    begin = "import os, sys; open('pid', 'w').write(str(os.getpid())); os.execv(sys.executable, sys.argv[1:])"
    receipts = home() / "receipts"

    def ended():
        """How many programs have ended by their receipts."""
        return sum("exit" in one.read_text() for one in receipts.iterdir()) if receipts.exists() else 0

    command = [sys.executable, "-c", begin, sys.executable, "-m", "maker_tui", *order, *allow]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as run:
        wait_for(run, lambda: ended() == 2)
        run.kill()
    before = built(shop)
    assert before == ["log", "config"]
    assert main(["sessions", "resume", "run.maker", *allow, *SIMULATED[4:]]) == 0
    assert json.loads(capsys.readouterr().out)["outcome"] == "solved"
    assert built(shop)[:2] == before
    assert sorted(built(shop)) == ["auth", "config", "crypto", "log", "store"]


def test_the_contract_is_kept_while_it_builds():
    """States, outcomes and pictures of a building keep the contract, whatever the commands come to."""
    options = {"sample": "knots", "exec": "true {module} {path}", "slots": 2, "keep_going": "yes"}
    results = [*examine(prepare(BuildOrder, options, states=30))]
    broken = [result for result in results if result.verdict is Verdict.BROKEN and result.check.name != "run"]
    assert broken == []


def test_a_unit_is_built_module_by_module_and_the_next_waits_for_all():
    """The modules of one unit follow each other by name, and what needs one of them waits for the last."""
    task = BuildOrder.load({"exec": "true {module}", "slots": 3}, "a: [b]\nb: [a]\nc: [a]\nd: []\n")
    answers, _ = follow(task)
    acts = [(type(one).__name__, one.tag) for one in answers if isinstance(one, Started | Finished)]
    assert acts == [
        ("Started", "a"), ("Started", "d"), ("Finished", "a"), ("Started", "b"), ("Finished", "d"), ("Finished", "b"),
        ("Started", "c"), ("Finished", "c"),
    ]  # fmt: skip
    early = [one for one in answers if not (isinstance(one, Finished) and one.tag == "b")]
    assert any("c was begun before" in line or "b was begun, and nobody" in line for line in task.verify(early))
    assert task.verify(answers) == []


@pytest.mark.parametrize(
    ("options", "text", "said"),
    [
        ({"exec": "make '{module}"}, "a: []", "--exec cannot be split into words"),
        ({"exec": "{module}"}, "a: []", "--exec must be a program with its arguments"),
        ({"exec": "make {module}"}, "-rf: []", "'-rf' would be read as a flag by its command"),
        ({"exec": "make {module}"}, '"${env:KEY}": []', "would be filled in with a secret"),
        ({"exec": "make", "exec_timeout": 0}, "a: []", "exec-timeout must be whole seconds, 1 to 86,400, got 0"),
        ({"slots": 0}, "a: []", "slots must be a whole number, 1 to 64, got 0"),
        ({"facts": "raw"}, json.dumps({f"m{n}": [] for n in range(121)}), "at most 120, this has 121"),
    ],
)
def test_commands_that_cannot_be_meant_are_refused(options, text, said):
    """A command that is none, or would read a name as a flag or a secret, is refused in one line."""
    with pytest.raises(ProblemError) as caught:
        BuildOrder.load(options, text)
    assert said in str(caught.value)


def test_a_name_is_one_argument_whatever_is_in_it():
    """Names go into the argument list as they are: nothing splits them, and no shell reads them."""
    task = BuildOrder.load({"exec": "make -C {path} 'name={module}'"}, '"a b; rm {path}": {path: "x {module}"}')
    state = task.apply(task.start(), task.oracle(task.start()))
    step = task.step(state)
    assert isinstance(step, Start)
    assert json.loads(step.do.arguments) == {
        "argv": ["make", "-C", "x {module}", "name=a b; rm {path}"],
        "receipt": True,
    }
