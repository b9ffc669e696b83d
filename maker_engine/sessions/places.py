"""Where a session lies: SQLite's write-ahead log needs memory that all its readers share, so a local file system."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

NETWORK = frozenset({
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.cephfs", "fuse.davfs", "fuse.glusterfs",
    "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2",
    "smb2", "smb3", "smbfs", "virtiofs",
})  # fmt: skip
"""Types of file systems that other machines may write to as well."""

MOUNTS = Path("/proc/self/mountinfo")


def file_system(path: Path, mounts: Path = MOUNTS) -> str:
    """Return the type of the file system that `path` is or would be on; empty where that cannot be told.

    Args:
        path: A file, which need not exist.
        mounts: The system's table of mounts, in the format of proc(5).
    """
    try:
        lines = mounts.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return ""
    real = path.absolute().resolve()
    found, longest = "", -1
    for line in lines:
        before, _, after = line.partition(" - ")
        fields, kind = before.split(" "), after.split(" ")[0]
        if len(fields) < 5 or not kind:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[4]))
        # The last of several mounts on one point is the one that is seen.
        if real.is_relative_to(point) and len(point.parts) >= longest:
            found, longest = kind, len(point.parts)
    return found


@lru_cache(maxsize=64)
def is_shared(path: Path, mounts: Path = MOUNTS) -> bool:
    """Tell whether `path` is on a file system that other machines may write to as well."""
    return file_system(path, mounts) in NETWORK
