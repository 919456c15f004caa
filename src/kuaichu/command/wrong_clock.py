"""A worker of a simulated city whose clock somebody sets wrong: KUAICHU_HOME/clock says by how many seconds.

Entry points of their own for worker and web (`wrong_clock_web`): the product itself knows no way to do that.
"""

import contextlib
import os
import sys
import time
from datetime import timedelta
from pathlib import Path
from threading import Thread

from kuaichu import clock

EVERY_S = 0.05
NAME = "clock"


def follow(file: Path) -> None:
    """From now on this process's clock is wrong by what `file` says; right while there is none."""
    set_from(file)
    Thread(target=_look_again, args=(file,), name="wrong-clock", daemon=True).start()


def _look_again(file: Path) -> None:
    while True:
        time.sleep(EVERY_S)
        set_from(file)


def set_from(file: Path) -> None:
    """Once."""
    with contextlib.suppress(FileNotFoundError):
        clock.be_wrong_by(timedelta(seconds=float(file.read_text())))


def place() -> Path:
    """The file, in the installation's home."""
    return Path(os.environ["KUAICHU_HOME"]) / NAME


if __name__ == "__main__":
    follow(place())
    from kuaichu.command.cli import main

    sys.exit(main(["work"]))
