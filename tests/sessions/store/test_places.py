from __future__ import annotations

from pathlib import Path

import pytest

from maker_engine.sessions.store import file_system as places

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


VIRTUAL = ("vboxsf", "vmhgfs", "prl_fs", "drvfs", "virtiofs", "9p", "fakeowner", "fuse.grpcfuse", "fuse.vmhgfs-fuse",
           "fuse.portal", "fuse.osxfs")  # fmt: skip
NETWORKS = ("nfs", "nfs4", "cifs", "smb3", "afs", "ceph", "lustre", "gpfs", "beegfs", "orangefs", "pvfs2", "panfs",
            "wekafs", "ocfs2", "gfs2", "fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.juicefs", "fuse.gcsfuse",
            "fuse.goofys", "fuse.mount.davfs", "fuse.blobfuse2", "fuse.mfs", "fuse.gvfsd-fuse", "fuse.seaweedfs",
            "fuse", "fuse.of-tomorrow")  # fmt: skip
LOCALS = ("ext4", "xfs", "btrfs", "zfs", "overlay", "tmpfs", "f2fs", "vfat", "fuseblk", "fuse.gocryptfs", "fuse.encfs",
          "fuse.fuse-overlayfs")  # fmt: skip


@pytest.mark.parametrize("kind", [*VIRTUAL, *NETWORKS, *LOCALS])
def test_every_kind_of_file_system_is_judged(tmp_path: Path, kind: str) -> None:
    """What other machines or a host may write to is shared, and so is what nobody knows a FUSE program to do."""
    table = tmp_path / f"mountinfo of {kind}"  # what is found is remembered by its path
    table.write_text(f"22 1 254:0 / / rw - ext4 /dev/vda rw\n23 22 0:21 / /place rw - {kind} somewhere rw\n")
    assert places.file_system(Path("/place/run.maker"), table) == kind
    assert places.is_shared(Path("/place/run.maker"), table) is (kind not in LOCALS)


MACOS = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
devfs on /dev (devfs, local, nobrowse)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
//me@server/My%20Share on /Volumes/My Share (1) (smbfs, nodev, nosuid, mounted by me)
server:/export on /Volumes/nfs (nfs)
/dev/disk5s1 on /Volumes/stick (msdos, asynchronous, local, nodev, noowners)
sshfs@macfuse0 on /Volumes/ssh (macfuse, nodev, nosuid, synchronous, mounted by me)
"""


@pytest.mark.parametrize(
    ("path", "kind", "shared"),
    [
        ("/Library/x.maker", "apfs", False),
        ("/System/Volumes/Data/me/x.maker", "apfs", False),
        ("/Volumes/My Share (1)/x.maker", "smbfs", True),
        ("/Volumes/nfs/x.maker", "nfs", True),
        ("/Volumes/stick/x.maker", "msdos", False),
        ("/Volumes/ssh/x.maker", "macfuse", True),
    ],
)
def test_macos_says_which_mounts_are_local(tmp_path: Path, path: str, kind: str, shared: bool) -> None:
    """There the table is what mount prints, and what it does not call local is shared."""
    table = tmp_path / "mounts"
    table.write_text(MACOS)
    assert places.file_system(Path(path), table) == kind
    assert places.is_shared(Path(path), table) is shared


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
