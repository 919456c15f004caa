"""A small file system in memory that only this process and its children see, so that a disk can be filled up.

Linux, and the right to mount (root with CAP_SYS_ADMIN): unshare(2), mount(2). It vanishes with the last of the
processes.
"""

import ctypes
import os
import sys
from pathlib import Path

SIZE_BYTES = 900_000_000  # less than HttpHouse's SMALL_DISK; memory is used as it fills
_CLONE_NEWNS = 0x00020000
_MS_REC, _MS_PRIVATE, _MS_NOSUID, _MS_NODEV = 0x4000, 0x40000, 2, 4


def mount(folder: Path) -> bool:
    """Mount it on `folder`; False, and nothing changed, where that is not allowed."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS) or libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None):
        return False
    options = f"size={SIZE_BYTES},mode=711".encode()
    return not libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", _MS_NOSUID | _MS_NODEV, options)


def unmount(folder: Path) -> None:
    """Let it go, with all that it holds."""
    ctypes.CDLL(None).umount2(os.fsencode(folder), 2)  # MNT_DETACH: whoever still holds a file keeps nobody waiting
