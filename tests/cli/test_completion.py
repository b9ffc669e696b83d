"""The shell completes what the parsers take: by the scripts of `maker completion`, which ask `maker` itself."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from maker_tui.cli.completing import FILES, FOLDERS, candidates, complete
from maker_tui.cli.completion_command import SCRIPTS
from maker_tui.cli.main import main
from tests.support.openai_server import OpenAIServer, Reply

BASH = """
eval "$(maker completion bash)"
complete -p maker
COMP_LINE=$1 COMP_POINT=${#1}
COMP_WORDS=($1)
_maker 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""


def offered(line):
    """What may stand for the last word of a line."""
    return [one.value for one in candidates(line.split(" ")[1:])]


@pytest.mark.parametrize(
    ("line", "some", "not_"),
    [
        ("maker r", ["run"], ["sessions"]),
        ("maker run ", ["hanoi", "sudoku", FILES], ["--k"]),
        ("maker run hanoi --", ["--disks", "--strategy", "--rule", "--no-preflight", "--json"], ["--size"]),
        ("maker run sudoku --", ["--rule"], ["--disks"]),
        ("maker run hanoi --rule ", ["ahead", "first"], []),
        ("maker run hanoi --strategy=p", ["--strategy=paper"], ["--strategy=state"]),
        ("maker run hanoi --problem ", [FILES], ["hanoi"]),
        ("maker run hanoi --k 3 --", ["--target"], ["--k"]),
        ("maker run hanoi --voter sim --", ["--voter"], []),
        ("maker run hanoi --model openai/gpt-", ["openai/gpt-6-luna"], ["sim"]),
        ("maker run hanoi --undecided es", ["escalate:"], []),
        ("maker run hanoi --reuse --", ["--json"], []),
        ("maker interview idea --questions 3 --m", ["--model", "--max-tokens"], []),
        ("maker check-task ", ["hanoi", FILES], []),
        ("maker check-task hanoi --", ["--disks", "--states"], ["--k"]),
        ("maker check-model ", ["sim"], []),
        ("maker new-task x --to ", [FOLDERS], []),
        ("maker completion ", ["bash", "fish", "zsh"], []),
        ("maker run nothing --", [], ["--k"]),
        ("maker nothing ", [], []),
    ],
)
def test_words_go_on_as_the_parsers_read_them(line, some, not_):
    """Commands, flags of the named task and of the run, choices, files and models, and nothing that is not taken."""
    found = offered(line)
    assert [one for one in some if one not in found] == []
    assert [one for one in not_ if one in found] == []
    assert some or not found


def test_sessions_and_profiles_are_offered(home: Path):
    """A session by the name of its file, the newest first; a profile by its name in the settings file."""
    (home / "sessions").mkdir(parents=True)
    for name in ("hanoi-1", "cube-2"):
        (home / "sessions" / f"{name}.maker").touch()
    (home / "config.toml").write_text("[profile.cheap]\nk = 2\n")
    assert set(offered("maker sessions resume ")) == {"last", "hanoi-1", "cube-2"}
    assert offered("maker sessions resume h") == ["hanoi-1"]
    assert offered("maker run hanoi --profile ") == ["cheap"]
    (home / "config.toml").write_text("[profile")
    assert offered("maker run hanoi --profile ") == []


def test_bash_completes_the_piece_behind_a_colon_or_an_equals_sign():
    """Bash takes a word apart there; a quote that is still open is no hindrance."""
    assert complete("bash", ["maker run hanoi --model sim:pa"]) == ["paper"]
    assert complete("bash", ["maker run hanoi --rule=f"]) == ["first"]
    assert complete("bash", ["maker run hanoi --rule 'f"]) == ["first"]
    assert complete("fish", ["maker", "sessions", "ver"])[0].startswith("verify\t")


def test_completing_runs_no_code_of_a_file(tmp_path: Path):
    """A task in a file is run when it is run; a word behind it is completed with the flags that every task has."""
    task = tmp_path / "task.py"
    task.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    assert {"--k", "--json"} <= set(offered(f"maker run {task} --"))
    assert offered(f"maker check-task {task} --states") == ["--states"]
    assert not (tmp_path / "ran").exists()


def test_a_name_with_the_shells_own_characters_is_read_as_a_word_and_run_by_nothing(home: Path):
    """Bash puts words into the line as they are: they are quoted as it is; one with an escape code is left out."""
    names = ["a b", "$(touch x)", "`x`", "it's", 'a"b', "*", "~root", "é;", "-n"]
    home.mkdir(exist_ok=True)
    profiles = "".join(f"[profile.{json.dumps(name)}]\n" for name in [*names, "a\x1b[31m", "two\nlines"])
    (home / "config.toml").write_text(profiles)
    for opened in ("", "'", '"'):
        line = f"maker run hanoi --profile {opened}"
        words = [f"{opened}{word}{opened}" for word in complete("bash", [line])]
        read = run_shell("bash", f"printf '%s\\n' {' '.join(words)}")
        assert (read.stdout.splitlines(), read.stderr) == (names, "")


def run_shell(shell, script, *arguments):
    """Run a script in a shell that finds this environment's `maker`."""
    place = shutil.which(shell)
    if place is None:
        pytest.skip(f"there is no {shell} here")
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    command = [place, *(["--norc"] if shell == "bash" else []), "-c", script, shell, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": path}, timeout=60)


def test_a_real_bash_completes():
    """The printed script binds `maker`, and its function fills in what bash shows."""
    done = run_shell("bash", BASH, "maker run hanoi --ru")
    assert (done.stdout.splitlines(), done.stderr) == (["complete -F _maker maker", "--rule"], "")


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_script_of_another_shell_can_be_read_by_it(shell):
    """Where the shell is there, it finds no fault with the script."""
    done = run_shell(shell, f"maker completion {shell} | {shell} -n")
    assert (done.returncode, done.stderr) == (0, "")


def test_every_shell_has_its_script(capsys):
    """Each is printed as it is; another shell is refused in a line."""
    for shell, script in SCRIPTS.items():
        assert main(["completion", shell]) == 0
        assert capsys.readouterr().out == script
    with pytest.raises(SystemExit):
        main(["completion", "tcsh"])


def test_what_is_loaded_to_complete_is_little():
    """Neither Textual, nor LiteLLM, nor the engine's runner is needed to go on with a word."""
    code = (
        "import sys; from maker_tui.cli.completing import complete; complete('bash', ['maker run hanoi --']);"
        "print([one for one in ('textual', 'litellm', 'sqlite3', 'maker_engine.runtime.runner') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_models_are_listed_with_prices_and_keys(capsys, monkeypatch):
    """By a part of the name; those with a key come first, and a word that none has is said in a line."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "x")
    assert main(["models", "haiku-4-5"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("anthropic/claude-haiku-4-5")
    assert "✔ ANTHROPIC_API_KEY" in lines[1]
    assert any("is not set" in one for one in lines)
    assert main(["models", "no such model"]) == 2
    assert "no model has 'no such model' in its name" in capsys.readouterr().err


def test_the_models_of_a_server_are_asked_for(capsys):
    """With an address it is the server that is asked, and what it offers is named as a run takes it."""
    with OpenAIServer(lambda *_: Reply(raw=b'{"data": [{"id": "qwen"}, {"id": "b"}]}')) as server:
        assert main(["models", "q", "--api-base", server.base_url]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "hosted_vllm/qwen"


def test_a_misspelt_model_is_refused_without_the_provider_library():
    """A name without a provider that no table has is a typo: it is said at once, with a near name."""
    code = (
        "import sys; from maker_tui.cli.main import main;"
        " status = main(['run', 'hanoi', '--model', 'gpt-6-lun', '--json']);"
        "print(status, 'litellm' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "2 False\n"
    assert "did you mean openai/gpt-6-luna?" in done.stderr
