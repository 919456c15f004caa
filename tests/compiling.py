"""Compiled kernels are kept beside the source. Of two test processes that want the same one, one compiles it, the other
waits and reads it.
"""

import fcntl
import os
from pathlib import Path
from typing import Any


def take_turns() -> None:
    """From now on in this process; locks are files in the home that all processes of the run share."""
    from numba.core.compiler_lock import global_compiler_lock
    from numba.core.dispatcher import Dispatcher

    if hasattr(Dispatcher.compile, "__wrapped__"):
        return
    folder = Path(os.environ["KUAICHU_HOME"]) / "kernels"
    folder.mkdir(exist_ok=True)
    alone = Dispatcher.compile

    def in_turn(self: Any, signature: Any) -> Any:
        # The process's own lock first, as numba itself takes it: else two threads could wait for each other.
        with global_compiler_lock, open(folder / f"{self.py_func.__module__}.{self.py_func.__qualname__}", "w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            return alone(self, signature)

    in_turn.__wrapped__ = alone  # type: ignore[attr-defined]
    Dispatcher.compile = in_turn  # type: ignore[method-assign, assignment]
