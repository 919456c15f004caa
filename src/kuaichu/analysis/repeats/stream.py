"""Running a batch through the kernel with room made where it is needed."""

from collections.abc import Callable

import numpy as np

from kuaichu.analysis.repeats import kernel as k
from kuaichu.analysis.repeats import sizes as z
from kuaichu.analysis.repeats.run import Batch, run
from kuaichu.analysis.repeats.state import Array, State, with_room

BLOCK = 20_000
Progress = Callable[[int, int], None]


def no_counts() -> k.Counts:
    return k.Counts(
        plate=np.zeros((2, z.PLATE_LEVELS)), road=np.zeros((2, z.BANDS, z.ROAD_LEVELS)), typ=np.zeros((2, 3)),
        gap=np.zeros((2, z.GAPS)), near=np.zeros((2, 2, z.NEARS)), habit=np.zeros((2, z.HABITS)),
        phone_typ=np.zeros((2, 3)),
    )  # fmt: skip


def run_all(
    state: State, table: k.Table, batch: Batch, *, types: int, out: Array, counts: k.Counts, learn: bool = False,
    progress: Progress | None = None,
) -> State:  # fmt: skip
    """Every call of the batch into its row of `out`; the state after it (arrays may have been exchanged for larger
    ones).
    """
    at, size = 0, batch.t.size
    while at < size:
        state = with_room(
            state, keep_s=table.scalars[k.S_MATTER_S], open_s=table.scalars[k.S_EVENT_S], types=types, now=batch.t[at]
        )
        at = run(state, table, batch, at, min(size, at + BLOCK), out, counts, learn, 0)
        if progress is not None:
            progress(at, size)
    return state
