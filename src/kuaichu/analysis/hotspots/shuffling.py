"""Conditional permutation by lot, for weights or values that have no exact law here."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kuaichu.analysis.hotspots.neighbours import Floats, Ints, Neighbours

CELLS_AT_ONCE = 2048
TIES = 1e-9  # relative: sums of the same values in another order are the same sum
GOLDEN, MIX_1, MIX_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def drawn_tails(
    values: Floats,
    neighbours: Neighbours,
    *,
    draws: int,
    rng: np.random.Generator,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Floats, Floats]:
    """(1 + draws with sum >= observed) / (1 + draws), and the same for <=, of every cell.

    Every cell has its own stream of numbers (splitmix64) from one seed of `rng`: the answer does not depend on threads.
    """
    n = len(neighbours)
    high, low = np.ones(n), np.ones(n)
    seed = np.uint64(rng.integers(1 << 63))
    weights = np.ones(len(neighbours.members)) if neighbours.weights is None else neighbours.weights
    fixed: tuple[Any, ...] = (
        np.ascontiguousarray(values, np.float64),
        neighbours.starts,
        weights,
        neighbours.sums(values),
        draws,
        seed,
    )
    blocks = [(first, min(first + CELLS_AT_ONCE, n)) for first in range(0, n, CELLS_AT_ONCE)]
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        jobs = [threads.submit(_draw, *(*block, *fixed, high, low)) for block in blocks]
        for done, job in enumerate(jobs, 1):
            job.result()
            if progress:
                progress(done, len(jobs))
    return high, low


@njit(cache=True, nogil=True)
def _draw(
    first: int,
    last: int,
    values: Floats,
    starts: Ints,
    weights: Floats,
    observed: Floats,
    draws: int,
    seed: np.uint64,
    high: Floats,
    low: Floats,
) -> None:
    n = len(values)
    pack = np.arange(max(n - 1, 0))
    state = np.zeros(1, np.uint64)
    for i in range(first, last):
        k = starts[i + 1] - starts[i]
        if k == 0:
            continue
        state[0] = seed ^ (np.uint64(i + 1) * MIX_2)
        taken = np.empty(k, np.int64)
        size = 0.0
        for c in range(k):
            size += abs(weights[starts[i] + c])
        slack = TIES * (abs(observed[i]) + size * 1e-3)
        above, below = 1, 1
        for _ in range(draws):
            total = 0.0
            for c in range(k):
                at = c + _below(state, n - 1 - c)
                pack[c], pack[at] = pack[at], pack[c]
                taken[c] = at
                other = pack[c]
                total += weights[starts[i] + c] * values[other + 1 if other >= i else other]
            for c in range(k - 1, -1, -1):  # back to the first order, so that threads cannot matter
                pack[c], pack[taken[c]] = pack[taken[c]], pack[c]
            above += total >= observed[i] - slack
            below += total <= observed[i] + slack
        high[i] = above / (draws + 1)
        low[i] = below / (draws + 1)


@njit(cache=True, nogil=True)
def _below(state: NDArray[np.uint64], bound: int) -> int:
    """The next number 0..bound - 1 of a splitmix64 stream (53 bits; uneven by less than bound / 2^53)."""
    state[0] += GOLDEN
    mixed = state[0]
    mixed = (mixed ^ (mixed >> np.uint64(30))) * MIX_1
    mixed = (mixed ^ (mixed >> np.uint64(27))) * MIX_2
    mixed = mixed ^ (mixed >> np.uint64(31))
    return int((mixed >> np.uint64(11)) * 1.1102230246251565e-16 * bound)
