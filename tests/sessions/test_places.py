from __future__ import annotations

from pathlib import Path

import pytest

from maker_engine.sessions import places

TABLE = r"""
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:21 / /home rw - nfs4 server:/home rw,vers=4.2
24 23 254:1 / /home/me/fast rw - xfs /dev/vdb rw
25 22 0:30 / /mnt/with\040space rw master:1 shared:7 - fuse.sshfs me@host: rw
26 22 0:31 / /srv rw - ext4 /dev/vdc rw
27 26 0:32 / /srv rw - cifs //host/srv rw
a line that is none
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    """A table of mounts as proc(5) has it."""
    table = tmp_path / "mountinfo"
    table.write_text(TABLE.lstrip())
    return table


@pytest.mark.parametrize(
    ("path", "kind", "shared"),
    [
        ("/var/x.maker", "ext4", False),
        ("/home/me/x.maker", "nfs4", True),
        ("/home/me/fast/deep/x.maker", "xfs", False),
        ("/homely/x.maker", "ext4", False),
        ("/mnt/with space/x.maker", "fuse.sshfs", True),
        ("/srv/x.maker", "cifs", True),
    ],
)
def test_a_place_is_on_the_nearest_and_last_mount(mounts: Path, path: str, kind: str, shared: bool) -> None:
    """The longest mount point above a path counts, the last of several on one, with its escapes read."""
    assert places.file_system(Path(path), mounts) == kind
    assert places.is_shared(Path(path), mounts) is shared


def test_a_link_is_followed(mounts: Path, tmp_path: Path) -> None:
    """A directory that is a link lies where it leads to."""
    (tmp_path / "link").symlink_to("/home")
    assert places.is_shared(tmp_path / "link" / "x.maker", mounts)


def test_a_system_without_the_table_has_local_files(tmp_path: Path) -> None:
    """Where it cannot be told what a place is, it is taken for a local one."""
    assert places.file_system(tmp_path, tmp_path / "missing") == ""
    assert not places.is_shared(tmp_path, tmp_path / "missing")


def test_the_machines_own_table_is_understood(tmp_path: Path) -> None:
    """Where this system has the table, the directory of this test is on some file system."""
    assert bool(places.file_system(tmp_path)) is places.MOUNTS.exists()
