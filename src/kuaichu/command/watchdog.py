"""Ends process groups when the process at the other end of our standard input has died. Standard library only.

Reads lines: `+PID` adds a process group, `-PID` forgets it, `/folder` names a folder that is removed in the end, `done`
means that everything was stopped in good order.
"""

import contextlib
import os
import shutil
import signal
import sys
import time

GRACE_S = 3.0


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: list[int] = []
    folders: list[str] = []
    for line in map(str.strip, sys.stdin):
        if line == "done":
            return
        if line.startswith("/"):
            folders.append(line)
        elif line.startswith("-"):
            groups = [group for group in groups if group != int(line[1:])]
        else:
            groups.append(int(line.removeprefix("+")))
    end(groups, signal.SIGTERM)
    time.sleep(GRACE_S)
    end(groups, signal.SIGKILL)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(GRACE_S)  # what a dying process still wrote
        shutil.rmtree(folder, ignore_errors=True)


def end(groups: list[int], number: signal.Signals) -> None:
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


if __name__ == "__main__":
    main()
