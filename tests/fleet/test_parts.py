"""Parts of a table are run anywhere: by every launcher, on a cluster, killed and resumed, and put together."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from maker_engine.core.errors import InputError
from maker_engine.fleet.parts import PartOrder, prepared_part, run_part, states
from maker_engine.fleet.shards import Manifest, read_manifest
from maker_engine.runtime import executors
from maker_engine.sessions.store import storage
from maker_tui.cli import fleet_verbs
from maker_tui.cli.main import main

MAKER = str(Path(sys.executable).with_name("maker"))
MODEL = ("--model", "sim:p=0.9", "--k", "2")
ODD = 'of %d "x" $y it\'s'
SSH = """\
#!/bin/bash
while [[ $1 != -- ]]; do shift; done
mkdir -p "$HOSTS/$2" && cd "$HOSTS/$2" && exec bash -c "$3"
"""
SCP = """\
#!/bin/bash
while [[ $1 != -- ]]; do shift; done
shift
place() { if [[ $1 == *:* ]]; then echo "$HOSTS/${1%%:*}/${1#*:}"; else echo "$1"; fi; }
words=(); for one in "$@"; do words+=("$(place "$one")"); done
exec cp -- "${words[@]}"
"""


def parted(folder: Path, rows: int, parts: int, *flags: str) -> Manifest:
    """Split so many rows into parts in a folder, where the right answer of each is `a`."""
    with Path("rows.csv").open("w", newline="") as out:
        csv.writer(out).writerows([("n", "text"), *((n, f"row {n}") for n in range(rows))])
    Path("gold.csv").write_text("n,kind\n" + "".join(f"{n},a\n" for n in range(rows)))
    Path("cb.yaml").write_text("id: n\nfields: {kind: {labels: [a, b]}}\n")
    words = ["records", "split", str(parts), "rows.csv", "--problem", "cb.yaml", "--gold", "gold.csv"]
    assert main([*words, "--to", str(folder), *flags]) == 0
    return read_manifest(folder)


def merged(folder: Path) -> list[dict[str, str]]:
    """The rows of the parts of a folder."""
    assert main(["records", "merge", str(folder), "--out", "all.csv"]) == 0
    return [*csv.DictReader(io.StringIO(Path("all.csv").read_text(), newline=""))]


def orders_of(manifest: Manifest, *further: str) -> list[PartOrder]:
    """What the parts are run with."""
    return fleet_verbs._orders(manifest, further)[0]


def lines_to(folder: Path) -> dict[str, str]:
    """Two machines that ssh and scp reach, which are folders here; returns the environment in which they do."""
    tools = folder / "bin"
    tools.mkdir()
    for name, text in (("ssh", SSH), ("scp", SCP)):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    Path("hosts").write_text("# two\none\n\ntwo\n")
    return {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "HOSTS": str(folder / "far")}


def test_a_killed_worker_of_a_cluster_loses_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that Dask's workers run are all decided, though one of two workers is killed in the middle of one."""
    pytest.importorskip("distributed")
    monkeypatch.chdir(tmp_path)
    manifest = parted(Path("parts"), 120, 3, "--model", "sim:p=0.9,latency=0.05", "--concurrency", "4", "--k", "2")

    async def run() -> list[str]:
        cluster = executors.DaskExecutor()
        try:
            workers = [*cluster.client.run(os.getpid).values()]
            calls = [asyncio.create_task(cluster.call(run_part, order)) for order in orders_of(manifest)]
            while sum(state.decided > 0 for state in states(manifest)) < 2:
                await asyncio.wait(calls, timeout=0.05)
            os.kill(workers[0], signal.SIGKILL)
            assert not any(state.done for state in states(manifest))
            return [(await call).outcome for call in calls]
        finally:
            await cluster.aclose()

    assert asyncio.run(run()) == ["solved"] * 3
    assert [row["n"] for row in merged(Path("parts"))] == [str(n) for n in range(120)]


def test_every_launcher_runs_parts_in_a_folder_of_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """SLURM's script, ssh to two machines and make each run a part; what is done stays; status and merge see it all."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAKER", MAKER)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    manifest = parted(Path(ODD), 8, 2, "--limit-usd", "6", *MODEL)
    scripts = [*Path(ODD).glob("parts.s*")]
    texts = [one.read_text() for one in Path(ODD).iterdir()]
    assert len(scripts) == 2
    assert not any("sk-secret" in text for text in texts)
    for script in scripts:
        subprocess.run(["/bin/bash", "-n", script], check=True)
    if (analyze := shutil.which("systemd-analyze")) is not None:
        (unit,) = Path(ODD).glob("*.service")
        checked = subprocess.run([analyze, "verify", unit.absolute()], capture_output=True, text=True, check=False)
        assert unit.name.partition("@")[0] not in checked.stderr, "it names the units that it finds fault with"
    node = {**os.environ, "SLURM_ARRAY_TASK_ID": "1", "SLURM_SUBMIT_DIR": str(Path(ODD).absolute())}
    subprocess.run(["/bin/bash", Path(ODD) / "parts.sbatch", "--quiet"], env=node, check=True, capture_output=True)
    line = lines_to(tmp_path)
    words = ["/bin/bash", Path(ODD) / "parts.ssh.sh", "hosts", "--undecided", "skip"]
    sent = subprocess.run(words, env=line, capture_output=True, text=True, check=False)
    assert (sent.returncode, sent.stderr) == (0, "part-001.maker was not made by ssh, and is left as it is\n")
    assert [state.state for state in states(manifest)] == ["solved"] * 2
    make = [shutil.which("make") or "make", "-n", "-s", "-C", ODD, "part-2"]
    made = subprocess.run(make, capture_output=True, text=True, check=True).stdout
    assert made.strip() == f"{MAKER} records run . --part 2 --progress none --quiet"
    capsys.readouterr()
    assert main(["records", "run", ODD, "--part", "2"]) == 0
    assert capsys.readouterr().out.startswith("part-002 is done: solved")
    assert main(["records", "status", ODD, "--json"]) == 0
    whole = json.loads(capsys.readouterr().out)["whole"]
    assert (whole["done"], whole["rows"], whole["decided"], whole["of"], whole["eta_s"]) == (2, 8, 8, 8, 0)
    rows = merged(Path(ODD))
    assert [(row["n"], row["text"]) for row in rows] == [(str(n), f"row {n}") for n in range(8)]
    assert whole["votes"] == sum(int(row["kind.votes"]) for row in rows)


def test_a_part_that_stopped_is_resumed_by_the_same_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A limit can be raised, the model not changed; a session without a run is begun; none is merged half done."""
    monkeypatch.chdir(tmp_path)
    manifest = parted(Path("parts"), 12, 2, *MODEL)
    assert run_part(orders_of(manifest, "--limit-samples", "6")[0]).outcome == "out_of_budget"
    storage.create(tmp_path / "parts" / "part-002.maker").close()
    assert [(state.state, state.rows) for state in states(manifest)] == [("out_of_budget", 6), ("not begun", 6)]
    assert main(["records", "merge", "parts"]) == 2
    assert "part-001 has no result yet: maker records run parts --part 1" in capsys.readouterr().err
    with pytest.raises(InputError, match=r"part-001.maker was begun with another --model than sim:p=0.95"):
        prepared_part(orders_of(manifest, "--model", "sim:p=0.95")[0])
    assert main(["records", "run", "parts", "--part", "3"]) == 2
    assert "has parts 1 to 2, not 3" in capsys.readouterr().err
    assert run_part(orders_of(manifest, "--limit-samples", "100")[0]).outcome == "solved"
    assert main(["records", "run", "parts", "--jobs", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["whole"]["done"] == 2
    assert len(merged(Path("parts"))) == 12
