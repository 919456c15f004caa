"""The local background: where and how often unrelated calls come, learned from the stream itself.

Place: two quadtrees of squares from 65 km down to 64 m, shifted against each other by a third, each with Dirichlet
shrinkage
towards its parent (a Pólya tree: Lavine 1992), averaged. Time: new incidents of late, exponentially forgotten.
"""

import numpy as np

from kuaichu.analysis.repeats.compiled import inner
from kuaichu.analysis.repeats.state import Array, State, mixed

LEVELS, LARGEST_M, RATIO = 6, 65_536.0, 4.0
TREES = 2
HALF_LIFE_S = 60 * 86_400.0


@inner
def _square(tree: int, level: int, x: float, y: float) -> int:
    """The key of a node; never 0."""
    shift, side = tree * LARGEST_M / 3, LARGEST_M / RATIO**level
    column, row = np.int64(np.floor((x + shift) / side)), np.int64(np.floor((y + shift) / side))
    return ((tree * 8 + level + 1) << 56) ^ ((column & 0xFFFFFFF) << 28) ^ (row & 0xFFFFFFF)  # type: ignore[return-value]


@inner
def _slot(keys: Array, key: int) -> int:
    slot = mixed(key) & (keys.size - 1)
    while keys[slot] != 0 and keys[slot] != key:
        slot = (slot + 1) & (keys.size - 1)
    return slot


@inner
def place_density(state: State, x: float, y: float, shrink: float) -> float:
    """Share of new incidents per square metre around (x, y)."""
    total = 0.0
    all_sum = state.dsum[_slot(state.dkey, -1)]
    for tree in range(TREES):
        above = state.dsum[_slot(state.dkey, _square(tree, 0, x, y))]
        share = (above + 1) / (all_sum + state.n[3] / TREES + 1)
        for level in range(1, LEVELS):
            here = state.dsum[_slot(state.dkey, _square(tree, level, x, y))] if above > 0 else 0.0
            share *= (here + shrink) / (above + RATIO * RATIO * shrink)
            above = here
        total += share
    side = LARGEST_M / RATIO ** (LEVELS - 1)
    return total / TREES / (side * side)


@inner
def _add(state: State, key: int, amount: float) -> bool:
    slot = _slot(state.dkey, key)
    is_new = state.dkey[slot] == 0
    if is_new:
        state.dkey[slot] = key
        state.n[2] += 1
    state.dsum[slot] += amount
    return is_new


@inner
def add_place(state: State, x: float, y: float, t: float, amount: float) -> None:
    amount *= 2.0 ** ((t - state.f[4]) / HALF_LIFE_S)
    _add(state, -1, amount)
    for tree in range(TREES):
        for level in range(LEVELS):
            if _add(state, _square(tree, level, x, y), amount) and level == 0:
                state.n[3] += 1


@inner
def rate_now(state: State, t: float, memory_s: float, prior_s: float) -> float:
    """New incidents per second in the whole area; before anything is known one in `prior_s` seconds."""
    since = max(0.0, t - state.f[2])
    known_s = memory_s * (1 - np.exp(-max(0.0, t - state.f[0]) / memory_s))
    return (state.f[1] * np.exp(-since / memory_s) + 1) / (known_s + prior_s)


@inner
def add_new(state: State, t: float, amount: float, memory_s: float) -> None:
    since = max(0.0, t - state.f[2])
    state.f[1] = state.f[1] * np.exp(-since / memory_s) + amount
    state.f[2] = max(t, state.f[2])
