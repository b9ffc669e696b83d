"""Where a session lies: SQLite's write-ahead log needs memory that all its readers share, so a local file system."""

from __future__ import annotations

import platform
import re
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

NETWORK = frozenset({
    "9p", "acfs", "afpfs", "afs", "beegfs", "beegfs_nodev", "ceph", "cifs", "coda", "cvfs", "davfs", "drvfs", "dvs",
    "fakeowner", "ftp", "gfs", "gfs2", "glusterfs", "gpfs", "hgfs", "lustre", "mvfs", "ncpfs", "nfs", "nfs3", "nfs4",
    "ocfs2", "orangefs", "panfs", "prl_fs", "pvfs2", "scoutfs", "smb", "smb2", "smb3", "smbfs", "snfs", "vboxsf",
    "virtiofs", "vmhgfs", "webdav", "wekafs", "yafs",
})  # fmt: skip
"""Types of file systems that other machines, or the host of a virtual one, may write to as well."""
LOCAL_FUSE = frozenset({"cryfs", "encfs", "exfat", "fuse-overlayfs", "fuse2fs", "gocryptfs", "ntfs-3g", "securefs"})
"""Programs that serve a file system from this machine's own disks. Of any other the worst is assumed."""

MOUNTS = Path("/proc/self/mountinfo")
_FUSE = ("fuse", "macfuse", "osxfuse")
_BSD = re.compile(r"(?P<device>.+) on (?P<point>/.*) \((?P<kind>[^,()]+)(?P<options>[^()]*)\)")
_PATIENCE_S = 5.0


class Mount(NamedTuple):
    """One mount.

    Attributes:
        point: Where it is.
        kind: The type of its file system.
        local: Whether the system says that it is local; None where it does not say.
    """

    point: Path
    kind: str
    local: bool | None


def file_system(path: Path, mounts: Path = MOUNTS) -> str:
    """Return the type of the file system that `path` is or would be on; empty where that is unknown.

    Args:
        path: A file, which need not exist.
        mounts: The system's table of mounts, in the format of proc(5), or as mount(8) of macOS prints it.
    """
    found = _mount_of(path, mounts)
    return "" if found is None else found.kind


@lru_cache(maxsize=64)
def is_shared(path: Path, mounts: Path = MOUNTS) -> bool:
    """Return whether `path` is on a file system that other machines may write to as well."""
    found = _mount_of(path, mounts)
    if found is None:
        return False
    if found.local is not None:
        return not found.local
    family, _, program = found.kind.partition(".")
    return found.kind in NETWORK or (family in _FUSE and program not in LOCAL_FUSE)


def _mount_of(path: Path, mounts: Path) -> Mount | None:
    """Return the mount whose point is the longest above a path; the last of several on one point is the one seen."""
    real = path.absolute().resolve()
    found = None
    for mount in _mounts(_table(mounts)):
        if real.is_relative_to(mount.point) and (found is None or len(mount.point.parts) >= len(found.point.parts)):
            found = mount
    return found


def _table(mounts: Path) -> str:
    try:
        return mounts.read_text(errors="surrogateescape")
    except OSError:
        if platform.system() == "Linux" or mounts != MOUNTS:
            return ""
    try:  # macOS has no such file
        mount_output = subprocess.run(["/sbin/mount"], capture_output=True, timeout=_PATIENCE_S, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return mount_output.stdout.decode(errors="surrogateescape")


def _mounts(table: str) -> Iterator[Mount]:
    for line in table.splitlines():
        before, dash, after = line.partition(" - ")
        fields, kind = before.split(" "), after.split(" ")[0]
        if dash and len(fields) >= 5 and kind:
            point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[4])
            yield Mount(Path(point), kind, None)
        elif bsd := _BSD.fullmatch(line):
            options = {option.strip() for option in bsd["options"].split(",")}
            yield Mount(Path(bsd["point"]), bsd["kind"].strip(), "local" in options)
