"""What the recogniser remembers: rings of calls and of incidents, chains to find them, and how crowded places are.

All of it is a handful of NumPy arrays, so that one compiled function works on it whether calls come singly or by
millions.
Rings grow when the oldest row is still wanted; capacities are powers of two and have no influence on any answer.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.repeats.compiled import entry, inner
from kuaichu.analysis.repeats.sizes import AGE_PARTS, CELL_M, HEADS, MEMBERS

Array = NDArray[Any]
FIRST_CALLS = 1 << 12
FIRST_INCIDENTS = 1 << 10
FIRST_PLACES = 1 << 14


class State(NamedTuple):
    """c…: one row a call; i…: one row an incident; h…: newest entry of a chain, by hash; d…: density;
    t…: classes; n, f: counters.

    n: calls, incidents, density entries, largest squares seen. f: time of the first call; new incidents of late
    (decayed) and
    its time; calls with a class; time at which one unit of density was one call.
    """

    ct: Array
    cxy: Array
    cphone: Array
    cplate: Array
    croad: Array
    ctyp: Array
    cinc: Array
    cevent: Array
    cmatter: Array
    cnext: Array
    it: Array
    icalls: Array
    ifirst: Array
    ixy: Array
    iplate: Array
    iroad: Array
    ityp: Array
    ievent: Array
    imark: Array
    head: Array
    dkey: Array
    dsum: Array
    tsum: Array
    tpair: Array
    n: Array
    f: Array


def new_state(
    *, calls: int = FIRST_CALLS, incidents: int = FIRST_INCIDENTS, places: int = FIRST_PLACES, types: int = 64
) -> State:
    """An empty memory; sizes are powers of two."""
    call_floats, call_wholes = np.zeros((calls, 4)), np.full((calls, 16), -1, np.int64)
    floats, wholes = np.full((incidents, 16), np.nan), np.full((incidents, 16), -1, np.int64)
    # One row of one block each, so that looking at a call or incident touches little memory; the fields are views.
    return State(
        ct=call_floats[:, 0], cxy=call_floats[:, 1:3], cinc=call_wholes[:, 0], cnext=call_wholes[:, 1:7],
        cphone=call_wholes[:, 7], cplate=call_wholes[:, 8:10], croad=call_wholes[:, 10:12], ctyp=call_wholes[:, 12],
        cevent=call_wholes[:, 13], cmatter=call_wholes[:, 14],
        it=floats[:, 0:2], ixy=floats[:, 2:14].reshape(incidents, MEMBERS, 2), icalls=wholes[:, 0], imark=wholes[:, 1],
        ifirst=wholes[:, 2], ievent=wholes[:, 3], iplate=wholes[:, 4:8], iroad=wholes[:, 8:12], ityp=wholes[:, 12:15],
        head=np.full((HEADS, calls), -1, np.int64), dkey=np.zeros(places, np.int64), dsum=np.zeros(places),
        tsum=np.zeros((types, 2 + AGE_PARTS)), tpair=np.zeros((types, types)), n=np.zeros(4, np.int64), f=np.zeros(8),
    )  # fmt: skip


def with_room(state: State, *, keep_s: float, open_s: float, types: int, now: float) -> State:
    """The state itself, or a larger one when the next call would overwrite what is still wanted."""
    calls, incidents = state.ct.size, state.icalls.size
    at, made = int(state.n[0]), int(state.n[1])
    if at >= calls and now - state.ct[at % calls] < keep_s:
        state = _more_calls(state)
    if made >= incidents and now - state.it[made % incidents, 1] < open_s:
        state = _more_incidents(state)
    if int(state.n[2]) * 2 + 64 > state.dkey.size:
        state = _more_places(state)
    if types + 1 > state.tsum.shape[0]:
        old, grown, pairs = (
            state.tsum.shape[0],
            np.zeros((2 * types + 2, 2 + AGE_PARTS)),
            np.zeros((2 * types + 2,) * 2),
        )
        grown[:old], pairs[:old, :old] = state.tsum, state.tpair
        state = state._replace(tsum=grown, tpair=pairs)
    return state


def _more_calls(state: State) -> State:
    old, new = state.ct.size, new_state(calls=state.ct.size * 2, incidents=2, places=2)
    numbers = np.arange(max(0, int(state.n[0]) - old), int(state.n[0]))
    for name in ("ct", "cxy", "cphone", "cplate", "croad", "ctyp", "cinc", "cevent", "cmatter"):
        getattr(new, name)[numbers % (2 * old)] = getattr(state, name)[numbers % old]
    fresh = {name: getattr(new, name) for name in State._fields if name.startswith("c") or name == "head"}
    state = state._replace(**fresh)
    _link_again(state, int(numbers[0]))
    return state


def _more_incidents(state: State) -> State:
    old, new = state.icalls.size, new_state(calls=2, incidents=state.icalls.size * 2, places=2)
    numbers = np.arange(max(0, int(state.n[1]) - old), int(state.n[1]))
    fresh = {name: getattr(new, name) for name in State._fields if name.startswith("i")}
    for name, array in fresh.items():
        array[numbers % (2 * old)] = getattr(state, name)[numbers % old]
    return state._replace(**fresh)


def _more_places(state: State) -> State:
    size = state.dkey.size * 2
    keys, sums = np.zeros(size, np.int64), np.zeros(size, np.float64)
    _rehash(state.dkey, state.dsum, keys, sums)
    return state._replace(dkey=keys, dsum=sums)


@inner
def mixed(key: int) -> int:
    """A well-stirred hash of a whole number (the finaliser of splitmix64), never negative."""
    z = np.uint64(key)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.int64((z ^ (z >> np.uint64(31))) >> np.uint64(1))  # type: ignore[return-value]


@inner
def cell_key(x: float, y: float, step_x: int, step_y: int) -> int:
    """The key of the square of CELL_M that holds (x, y), moved by whole squares."""
    return (np.int64(np.floor(x / CELL_M)) + step_x) * 1_000_003 + np.int64(np.floor(y / CELL_M)) + step_y  # type: ignore[return-value]


@inner
def enchain(state: State, number: int) -> None:
    """Put call `number` at the head of its chains: square, phone, two plates, two roads."""
    size = state.ct.size
    row = number % size
    for chain in range(HEADS):
        if chain == 0:
            x, y = state.cxy[row, 0], state.cxy[row, 1]
            key = 0 if np.isnan(x) else cell_key(x, y, 0, 0)
            is_there = not np.isnan(x)
        elif chain == 1:
            key, is_there = state.cphone[row], state.cphone[row] != 0
        elif chain < 4:
            key, is_there = state.cplate[row, chain - 2], state.cplate[row, chain - 2] != 0
        else:
            key, is_there = np.int64(state.croad[row, chain - 4]), state.croad[row, chain - 4] >= 0  # type: ignore[assignment]
        if is_there:
            slot = mixed(key) & (size - 1)
            state.cnext[row, chain] = state.head[chain, slot]
            state.head[chain, slot] = number
        else:
            state.cnext[row, chain] = -1


@entry
def _link_again(state: State, first: int) -> None:
    for number in range(first, state.n[0]):
        enchain(state, number)


@entry
def _rehash(old_keys: Array, old_sums: Array, keys: Array, sums: Array) -> None:
    for place in range(old_keys.size):
        if old_keys[place] != 0:
            slot = mixed(old_keys[place]) & (keys.size - 1)
            while keys[slot] != 0:
                slot = (slot + 1) & (keys.size - 1)
            keys[slot], sums[slot] = old_keys[place], old_sums[place]
