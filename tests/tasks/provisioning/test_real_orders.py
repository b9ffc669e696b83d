"""Orders that are carried out: begun by vote, ended by the world, checked at the end."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from maker_tasks.provisioning import Provisioning
from maker_tasks.provisioning.clock import Fate
from maker_tasks.provisioning.problem import TERRAFORM
from maker_tasks.provisioning.reading import problem_of, read_any, sample_project
from maker_tasks.provisioning.real_order import RealOrder

from maker_engine.core.decomposition import Await, Do, Done, Finished, Start, Started
from maker_engine.core.errors import ProblemError
from maker_tui.cli.main import main
from tests.tasks.provisioning.instances import resources


def rehearsed(task, variants):
    """Follow the rule in a world in which what is begun ends at once, as the variants say one after the other."""
    state, answers, argvs, in_flight = task.start(), [], [], []
    while (step := task.step(state)) is not None:
        if isinstance(step, Do):
            argvs.append(json.loads(step.arguments)["argv"])
            answer = task.rehearse(step, variants.pop(0) if variants else 0)
        elif isinstance(step, Start):
            argvs.append(json.loads(step.do.arguments)["argv"])
            in_flight.append(step)
            answer = Started(step.tag)
        elif isinstance(step, Await):
            begun = in_flight.pop(0)
            answer = Finished(begun.tag, task.rehearse(begun.do, variants.pop(0) if variants else 0))
        else:
            answer = task.oracle(state)
        answers.append(answer)
        state = task.apply(state, answer)
    return state, answers, argvs


@pytest.fixture
def order():
    """The bundled project, by Terraform, in a folder that is only named."""
    problem = problem_of(read_any(sample_project()), "", 3)
    return RealOrder(replace(problem, tool=TERRAFORM, workspace="/w"))


def test_terraform_is_asked_for_each_resource_after_what_it_needs(order):
    """Its folder is made, every resource is a target once, and in the end nothing is left to change."""
    state, answers, argvs = rehearsed(order, [])
    assert argvs[0][1:3] == ["-chdir=/w", "init"]
    assert argvs[-1][2:4] == ["plan", "-detailed-exitcode"]
    targets = [argv[3].removeprefix("-target=") for argv in argvs[1:-1]]
    assert sorted(targets) == [job.id for job in order.problem.jobs]
    assert order.verify(answers) == []
    assert order.verify(answers[:-1])
    assert state.checked == 0


def test_a_folder_that_cannot_be_made_ends_the_run(order):
    """Where Terraform cannot make the project, nothing is applied, and that is said."""
    _, answers, argvs = rehearsed(order, [1])
    assert len(argvs) == 1
    assert "exit status" in order.verify(answers)[0]


def test_what_fails_is_tried_again_and_what_is_refused_stops(order):
    """A busy provider is asked again and a tainted object made anew; what is denied is given up with what needs it."""
    state, answers, _ = rehearsed(order, [0, 3, 1])
    assert [fate for _, fate in state.fates] == ["retry", "taint"]
    assert order.verify(answers) == []
    state, answers, argvs = rehearsed(order, [0, 2])
    assert "given up" in order.shortfall(state)
    assert "left out" in order.shortfall(state)
    assert order.verify(answers) == []
    stopped = next(at for at, one in enumerate(answers) if isinstance(one, Fate))
    assert "not over" in order.verify(answers[:stopped])[0]
    busy = replace(answers[stopped - 1], done=Done("ok", '{"exit": 1, "stderr": "busy"}'))
    assert "tried again" in order.verify([*answers[: stopped - 1], busy, *answers[stopped:]])[0]
    assert len(argvs) < len(order.problem.jobs)


def test_processes_sleep_with_consent(tmp_path, capsys):
    """Real processes run, several at a time, their ends are the clock's, and without consent none begins."""
    file, session = tmp_path / "small.json", tmp_path / "run.maker"
    whole = resources(3, 6)
    file.write_text(json.dumps({**whole, "resources": [{**one, "seconds": 1} for one in whole["resources"]]}))
    words = ["run", "provisioning", "--problem", str(file), "--apply", "sleep", "--headless", "--json"]
    assert main([*words, "--session", str(session)]) != 0
    assert "exec:sleep" in capsys.readouterr().out
    assert main(["sessions", "resume", str(session), "--allow", "exec:sleep", "--headless", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])["result"]
    assert len(result["jobs"]) == 6
    assert result["makespan_s"] >= result["bound_s"] > 0
    assert main(["sessions", "verify", str(session)]) == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"apply": "terraform"}, "empty folder|no terraform"),
        ({"apply": "magic"}, "apply must be one of"),
    ],
)
def test_what_cannot_be_applied_is_refused(options, words):
    """Terraform without a folder, or a way that there is not, is refused in a line."""
    with pytest.raises(ProblemError, match=words):
        Provisioning.load(options)
