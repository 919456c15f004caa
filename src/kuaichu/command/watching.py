"""The watchdog's end here: what is to end, and which folders are to go, should this process die without cleaning up."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from kuaichu.command.processes import WATCHDOG


class Watched:
    """Process groups and folders that must not outlive us."""

    def __init__(self, dog: "subprocess.Popen[bytes]") -> None:
        self._dog = dog

    def add(self, pid: int) -> None:
        """A process group by its leader."""
        self._tell(f"+{pid}")

    def forget(self, pid: int) -> None:
        """One that has ended."""
        self._tell(f"-{pid}")

    def remove(self, folder: Path) -> None:
        """Should we be killed, it is removed all the same."""
        self._tell(str(folder))

    def _tell(self, line: str) -> None:
        assert self._dog.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # somebody ended it; we still stop everything ourselves
            self._dog.stdin.write(f"{line}\n".encode())


@contextlib.contextmanager
def watched() -> Iterator[Watched]:
    """A watchdog for the length of the block; leaving it means that everything was stopped in good order."""
    dog = subprocess.Popen(
        [sys.executable, "-I", "-S", WATCHDOG], stdin=subprocess.PIPE, bufsize=0, start_new_session=True
    )
    one = Watched(dog)
    try:
        yield one
    finally:
        one._tell("done")
        dog.communicate()
