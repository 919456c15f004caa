"""Ends process groups when the process at the other end of our standard input has died. Standard library only.

Reads lines: `+PID` adds a process group, `done` means that everything was stopped in good order.
"""

import contextlib
import os
import signal
import sys
import time

GRACE_S = 3.0


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: list[int] = []
    for line in sys.stdin:
        if line.strip() == "done":
            return
        groups.append(int(line.strip().removeprefix("+")))
    end(groups, signal.SIGTERM)
    time.sleep(GRACE_S)
    end(groups, signal.SIGKILL)


def end(groups: list[int], number: signal.Signals) -> None:
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


if __name__ == "__main__":
    main()
