"""How the compiled functions of this folder are compiled: only those called from Python are kept on disk.

numba's cache looks at the file of the function alone; here it must also notice when a function that is called by it
changes.
So an entry closes over STAMP, which stands for all sources of the folder: what an entry closes over is part of the
cache's key.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast
from zlib import crc32

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])
STAMP = 0
_njit: Any = njit  # its stubs do not know every option
for _path in sorted(Path(__file__).parent.glob("*.py")):
    STAMP = crc32(_path.read_bytes(), STAMP)


def shared(function: F) -> F:
    """Small; called from compiled functions and from Python."""
    return cast(F, _njit(function, error_model="numpy", no_cfunc_wrapper=True))


def inner(function: F) -> F:
    """Called from compiled functions only: it has no door to Python, and calling it from there would end the
    process.
    """
    return cast(F, _njit(function, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True))


def entry(function: F) -> F:
    """Called from Python; other threads go on meanwhile, so nobody else may touch what it works on."""
    return cast(F, _njit(function, error_model="numpy", no_cfunc_wrapper=True, cache=True, nogil=True))
