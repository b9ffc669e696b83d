"""Files that run the parts of a split: by make, by SLURM, by ssh on several machines, by systemd.

Each of them calls `maker records run` for one part, which begins a part or resumes it, so a part that was killed
is run by the same command. None holds a key: keys are in the environment of whoever runs them.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple

from maker_engine.core.errors import InputError
from maker_engine.fleet import MAKE, SLURM, SSH, SYSTEMD
from maker_engine.fleet.shards import CODEBOOK, MANIFEST, Manifest

_SSH = """\
#!/bin/bash
# bash parts.ssh.sh HOSTS [flags of maker run]: HOSTS is a file with a machine a line, as ssh knows it. The parts go
# round the machines, each machine works on one at a time, and each session comes back here. Called again, every part
# that is not done is resumed where it is. Keys are in the environment that ssh finds on the machines; none is sent.
# MAKER is the command there, REMOTE the folder there (below the home).
set -uo pipefail
hosts_file=${1:?a file with a machine a line}
shift
mapfile -t hosts < <(grep -Ev '^[[:space:]]*(#|$)' -- "$hosts_file")
(( ${#hosts[@]} )) || { echo "$hosts_file names no machine" >&2; exit 2; }
cd -- "$(dirname -- "${BASH_SOURCE[0]}")" || exit 2
remote=${REMOTE:-maker-parts-@DIGEST@}
parts=@PARTS@
quoted=$(printf '%q' "$remote")
further=$(printf ' %q' "$@")
(( $# )) || further=

run_part() {  # HOST NUMBER
    local host=$1 name status
    name=$(printf 'part-%03d' "$2")
    if [[ -e $name.maker && ! -e $name.ssh.log ]]; then
        echo "$name.maker was not made by ssh, and is left as it is" >&2
        return 0
    fi
    ssh -n -o BatchMode=yes -- "$host" "mkdir -p -- $quoted" || return
    scp -q -o BatchMode=yes -- @FILES@ "$name.@ENDING@" "$host:$remote/" || return
    ssh -n -o BatchMode=yes -- "$host" \\
        "cd -- $quoted && ${MAKER:-maker} records run . --part $2 --progress none$further" >"$name.ssh.log" 2>&1
    status=$?
    (( status == 255 )) && return 255  # the line broke: the part may still run there
    scp -q -o BatchMode=yes -- "$host:$remote/$name.maker" "$name.maker.part" && mv -- "$name.maker.part" "$name.maker"
    return "$status"
}

run_host() {  # PLACE
    local number failed=0 host=${hosts[$1]}
    for (( number = $1 + 1; number <= parts; number += ${#hosts[@]} )); do
        run_part "$host" "$number" || { echo "part $number on $host: exit status $?" >&2; failed=1; }
    done
    return "$failed"
}

failed=0
pids=()
for place in "${!hosts[@]}"; do
    run_host "$place" &
    pids+=("$!")
done
for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
exit "$failed"
"""


class Launcher(NamedTuple):
    """A file that runs parts.

    Attributes:
        name: Its name in the folder of the parts.
        text: What is in it.
        usage: The command that runs all parts by it, to be typed in that folder.
    """

    name: str
    text: str
    usage: str


def launchers(manifest: Manifest, kinds: Sequence[str], program: Sequence[str]) -> list[Launcher]:
    """Write the launchers of a split.

    Args:
        manifest: The split.
        kinds: Which, of `fleet.KINDS`.
        program: The words that call `maker` on this machine, the first an absolute path.

    Raises:
        InputError: One of them cannot name the folder.
    """
    return [_WRITERS[kind](manifest, program) for kind in kinds]


def _make(manifest: Manifest, _program: Sequence[str]) -> Launcher:
    numbers = range(1, len(manifest.parts) + 1)
    text = f"""\
# make -j4 runs four parts at a time, make part-3 one. A killed part is resumed; one that is done stays as it is.
# FLAGS='--concurrency 32' are further flags of maker run, MODEL=NAME is short for --model. Keys: the environment.
MAKER ?= maker
MODEL ?=
FLAGS ?=
PARTS := {" ".join(f"part-{number}" for number in numbers)}

all: $(PARTS)

$(PARTS): part-%:
	@$(MAKER) records run . --part $* --progress none --quiet $(if $(MODEL),--model '$(MODEL)') $(FLAGS)

.PHONY: all $(PARTS)
"""
    return Launcher("Makefile", text, "make -j4")


def _slurm(manifest: Manifest, _program: Sequence[str]) -> Launcher:
    text = f"""\
#!/bin/bash
# sbatch parts.sbatch [flags of maker run], in this folder, which all nodes must see. sbatch hands the environment on,
# and with it the keys. A task that is requeued or submitted again resumes its part: sbatch --array=3 parts.sbatch
#SBATCH --job-name=maker-records
#SBATCH --array=1-{len(manifest.parts)}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --mem=1G
#SBATCH --time=24:00:00
#SBATCH --signal=B:TERM@120
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=part-%a.slurm.log
set -euo pipefail
cd -- "${{SLURM_SUBMIT_DIR:-$(dirname -- "${{BASH_SOURCE[0]}}")}}"
exec "${{MAKER:-maker}}" records run . --part "${{SLURM_ARRAY_TASK_ID:?is set by sbatch --array}}" --progress none "$@"
"""
    return Launcher("parts.sbatch", text, "sbatch parts.sbatch")


def _ssh(manifest: Manifest, _program: Sequence[str]) -> Launcher:
    files = [MANIFEST, CODEBOOK, *([] if manifest.gold is None else [manifest.gold])]
    ending = manifest.parts[0].rows.rpartition(".")[2]
    words = {"DIGEST": _digest(manifest), "PARTS": len(manifest.parts), "FILES": shlex.join(files), "ENDING": ending}
    text = _SSH
    for name, word in words.items():
        text = text.replace(f"@{name}@", str(word))
    return Launcher("parts.ssh.sh", text, "bash parts.ssh.sh HOSTS")


def _systemd(manifest: Manifest, program: Sequence[str]) -> Launcher:
    folder = manifest.folder.absolute()
    if not str(folder).isprintable():
        raise InputError(f"a unit of systemd cannot name the folder {str(folder)!r}: it has a control character")
    name = f"maker-parts-{_digest(manifest)}@.service"
    command = " ".join(map(_word, [*program, "records", "run", str(folder), "--part"]))
    text = f"""\
# systemctl --user link {shlex.quote(f"{folder}/{name}")}
# systemctl --user import-environment OPENAI_API_KEY        (the keys that the model needs; they are in no file)
# systemctl --user start {name.replace("@", f"@{{1..{len(manifest.parts)}}}")}
[Unit]
Description=maker: part %i of a table
StartLimitIntervalSec=1h
StartLimitBurst=20

[Service]
Type=exec
ExecStart={command} %i --progress none
# Killed by a signal, out of memory or crashed: the same command resumes it. An end with a status is an end.
Restart=on-failure
RestartSec=30
RestartPreventExitStatus=1 2 130
KillSignal=SIGINT
TimeoutStopSec=60
MemoryMax=1G
CPUQuota=100%
TasksMax=256
OOMPolicy=stop
NoNewPrivileges=yes

[Install]
WantedBy=default.target
"""
    return Launcher(name, text, f"systemctl --user start {name.replace('@', f'@{{1..{len(manifest.parts)}}}')}")


def _digest(manifest: Manifest) -> str:
    """Return digits that no other split has, also of the same table."""
    named = [str(manifest.folder.absolute()), *(part.sha256 for part in manifest.parts)]
    return sha256("\0".join(named).encode("utf-8", "surrogateescape")).hexdigest()[:10]


def _specified(text: str) -> str:
    """Write a text into a unit, where % begins a specifier."""
    return text.replace("%", "%%")


def _word(text: str) -> str:
    """Write one word of a unit's command: quoted as C does, with neither specifier nor variable in it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{_specified(escaped).replace("$", "$$")}"'


_WRITERS: dict[str, Callable[[Manifest, Sequence[str]], Launcher]] = {
    MAKE: _make, SLURM: _slurm, SSH: _ssh, SYSTEMD: _systemd,
}  # fmt: skip
