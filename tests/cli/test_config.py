from __future__ import annotations

from pathlib import Path

import pytest

from maker_tui.cli.main import main


def test_the_settings_are_shown_with_their_places(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a file its place is named, with what would write it, and every setting as it is then."""
    assert main(["config"]) == 0
    told = capsys.readouterr().out
    assert f"file         {home / 'config.toml'}   (not there: maker config init writes it)" in told
    assert str(home / "state.json") in told
    assert "mouse        true\n" in told
    assert "theme        the one chosen last\n" in told


def test_init_writes_a_private_file_that_sets_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It can be used as it is, lists every key, and is never written over."""
    assert main(["config", "init"]) == 0
    path = home / "config.toml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert '# workbench.pause = "space"' in path.read_text()
    assert main(["config", "check"]) == 0
    path.write_text("bell = true\n")
    assert main(["config", "init"]) == 2
    assert capsys.readouterr().err.startswith(f"maker: {path} is there already, and nothing was changed")
    assert main(["config"]) == 0
    assert "bell         true\n" in capsys.readouterr().out


def test_check_names_what_cannot_be_used(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, with the file and the mend, and status 2; a file that is not there is one of them."""
    assert main(["config", "check"]) == 2
    assert "maker config init writes it" in capsys.readouterr().err
    home.mkdir()
    (home / "config.toml").write_text('[keys]\nworkbench.pause = "n"\n')
    for command in (["config", "check"], ["config"]):
        assert main(command) == 2
        told = capsys.readouterr().err
        assert told.startswith(f"maker: {home / 'config.toml'}: workbench.pause and workbench.step both have the key n")
        assert told.count("\n") == 1


def test_another_file_can_be_named(tmp_path: Path, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`MAKER_CONFIG` stands above the user's directory, and without either it is the system's usual one."""
    monkeypatch.setenv("MAKER_CONFIG", str(tmp_path / "mine.toml"))
    assert main(["config"]) == 0
    assert str(tmp_path / "mine.toml") in capsys.readouterr().out
    monkeypatch.delenv("MAKER_CONFIG")
    monkeypatch.delenv("MAKER_HOME")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert main(["config"]) == 0
    told = capsys.readouterr().out
    assert str(tmp_path / "settings" / "maker" / "config.toml") in told
    assert str(tmp_path / "state" / "maker" / "state.json") in told


def test_a_place_that_cannot_be_written_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Init says where it could not write, in one line."""
    home.write_text("a file where the directory should be")
    assert main(["config", "init"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_the_commands_that_open_the_app_can_leave_the_mouse_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Each of them takes --no-mouse, and says so."""
    for command in ([], ["demo"], ["run", "hanoi"], ["sessions", "resume"], ["sessions", "fork"]):
        with pytest.raises(SystemExit) as left:
            main([*command, "--help"])
        assert left.value.code == 0
        assert "--no-mouse" in capsys.readouterr().out


def test_prices_are_shown_and_held_to_how_one_is_written(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A model's name may have dots, slashes and colons; what is not a price is named with the mend."""
    home.mkdir()
    path = home / "config.toml"
    path.write_text('[prices]\n"openrouter/a/b:free" = [0, 0]\ngpt-4.1 = [2, 8, 0.5, 2.5]\n')
    assert main(["config"]) == 0
    told = capsys.readouterr().out
    assert "prices.openrouter/a/b:free [0.0, 0.0]\n" in told
    assert "prices.gpt-4.1 [2.0, 8.0, 0.5, 2.5]\n" in told
    for wrong in (
        "m = 1",
        'm = "1,2"',
        "m = [1]",
        "m = [1, -2]",
        "m = [1, true]",
        "m = [1, inf]",
        "m = [1, 2, 3, 4, 5]",
    ):
        path.write_text(f"[prices]\n{wrong}\n")
        assert main(["config", "check"]) == 2
        told = capsys.readouterr().err
        assert told.startswith(f'maker: {path}: prices: write "m" = [IN, OUT]')
        assert told.count("\n") == 1
    path.write_text("prices = 1\n")
    assert main(["config", "check"]) == 2
    assert "write [prices] on a line of its own" in capsys.readouterr().err


def test_a_price_that_cannot_be_used_stops_a_run_of_a_real_model_alone(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Money is at stake there; a simulated run needs no price and does not read the file."""
    home.mkdir()
    (home / "config.toml").write_text("[prices]\nm = 1\n")
    assert main(["run", "hanoi", "--disks", "3", "--json"]) == 0
    capsys.readouterr()
    assert main(["run", "hanoi", "--model", "openai/any", "--api-base", "http://127.0.0.1:9/v1", "--json"]) == 2
    assert "prices: write" in capsys.readouterr().err
