"""Calls one after the other through the kernel: judge, join or open an incident, remember; compiled."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from kuaichu.analysis.repeats import kernel as k
from kuaichu.analysis.repeats import sizes as z
from kuaichu.analysis.repeats.compare import part_of
from kuaichu.analysis.repeats.compiled import STAMP, entry, inner
from kuaichu.analysis.repeats.crowd import add_new, add_place
from kuaichu.analysis.repeats.state import Array, State, enchain

FREE, OPEN = -2, -1  # what may be asked for a call instead of the number of an earlier call of its incident


class Batch(NamedTuple):
    """Encoded calls in order of time; `event`, `matter` the truth or -1; `forced` FREE, OPEN or an earlier call."""

    t: Array
    x: Array
    y: Array
    phone: Array
    plates: Array
    roads: Array
    typ: Array
    event: Array
    matter: Array
    forced: Array


def empty_batch(size: int) -> Batch:
    whole = np.int64
    return Batch(
        t=np.zeros(size), x=np.full(size, np.nan), y=np.full(size, np.nan), phone=np.zeros(size, whole),
        plates=np.zeros((size, 2), whole), roads=np.full((size, 2), -1, whole), typ=np.full(size, -1, whole),
        event=np.full(size, -1, whole), matter=np.full(size, -1, whole), forced=np.full(size, FREE, whole),
    )  # fmt: skip


@inner
def _open_incident(state: State, call: k.Call, number: int) -> int:
    incident = state.n[1]
    slot = incident % state.icalls.size
    state.it[slot, 0], state.it[slot, 1] = call.t, call.t
    state.icalls[slot], state.ifirst[slot], state.ievent[slot], state.imark[slot] = 0, number, call.event, -1
    for member in range(z.MEMBERS):
        state.ixy[slot, member, 0] = state.ixy[slot, member, 1] = np.nan
    for place in range(4):
        state.iplate[slot, place], state.iroad[slot, place] = 0, -1
    for place in range(z.TYPES):
        state.ityp[slot, place] = -1
    state.n[1] += 1
    return incident


@inner
def _insert(values: Array, value: int, none: int) -> None:
    """Into a short set with free places marked `none`; when it is full nothing happens."""
    if value == none:
        return
    for place in range(values.size):
        if values[place] == value:
            return
        if values[place] == none:
            values[place] = value
            return


@inner
def _join(state: State, call: k.Call, incident: int) -> None:
    slot = incident % state.icalls.size
    member = min(state.icalls[slot], z.MEMBERS - 1)  # the first five stay, the newest follows
    state.ixy[slot, member, 0], state.ixy[slot, member, 1] = call.x, call.y
    state.icalls[slot] += 1
    state.it[slot, 1] = max(state.it[slot, 1], call.t)
    for which in range(2):
        _insert(state.iplate[slot], call.plates[which], 0)
        _insert(state.iroad[slot], call.roads[which], -1)
    _insert(state.ityp[slot], call.typ, -1)


@inner
def _remember(state: State, call: k.Call, number: int, incident: int) -> None:
    row = number % state.ct.size
    state.ct[row], state.cxy[row, 0], state.cxy[row, 1] = call.t, call.x, call.y
    state.cphone[row], state.ctyp[row], state.cinc[row] = call.phone, call.typ, incident
    for which in range(2):
        state.cplate[row, which], state.croad[row, which] = call.plates[which], call.roads[which]
    state.cevent[row], state.cmatter[row] = call.event, call.matter
    state.n[0] += 1
    enchain(state, number)


@inner
def _count(state: State, table: k.Table, call: k.Call, first_type: int, age: float, share_new: float) -> None:
    """Let the background know: the call is new to that share, else about an incident first said to be of
    `first_type`.
    """
    if call.typ >= 0:
        state.tsum[call.typ, 0] += 1
        state.tsum[call.typ, 1] += share_new
        state.f[3] += 1
    if first_type >= 0:
        state.tsum[first_type, 2 + part_of(age)] += 1 - share_new
        if call.typ >= 0:
            state.tpair[first_type, call.typ] += 1 - share_new
            state.tpair[first_type, 0] += 1 - share_new
    add_new(state, call.t, share_new, table.scalars[k.S_MEMORY_S])
    if not np.isnan(call.x):
        add_place(state, call.x, call.y, call.t, share_new)


@inner
def _ask(state: State, table: k.Table, call: k.Call, mark: int, best: Array, row: Array, counts: k.Counts) -> None:
    k.judge(state, table, call, mark, best, row, counts, False)
    best[z.D_FIRST] = state.n[0]
    if best[z.O_KIND] == z.EVENT:
        best[z.D_FIRST] = state.ifirst[int(best[z.O_INCIDENT]) % state.icalls.size]


@inner
def _step(
    state: State, table: k.Table, call: k.Call, forced: int, best: Array, row: Array, counts: k.Counts, learn: bool
) -> None:
    number = state.n[0]
    if number == 0:
        state.f[0] = state.f[2] = state.f[4] = call.t
    k.judge(state, table, call, number, best, row, counts, learn)
    share_new, first_type, age = 1 - best[z.O_ANY], -1, 0.0
    incident = int(best[z.O_INCIDENT]) if best[z.O_KIND] == z.EVENT else -1
    if forced != FREE:
        incident = state.cinc[forced % state.ct.size] if forced >= 0 else -1
        share_new = 0.0 if forced >= 0 else 1.0
        if incident < state.n[1] - state.icalls.size:
            incident = -1
    if incident < 0:
        incident = _open_incident(state, call, number)
    else:
        first_type, age = (
            state.ityp[incident % state.icalls.size, 0],
            call.t - state.it[incident % state.icalls.size, 0],
        )
    _join(state, call, incident)
    _remember(state, call, number, incident)
    _count(state, table, call, first_type, age, share_new)
    best[z.O_INCIDENT], best[z.D_FIRST] = incident, state.ifirst[incident % state.icalls.size]


@inner
def needs_room(state: State, t: float, keep_s: float, open_s: float) -> bool:
    """Would the next call overwrite something that is still wanted?"""
    calls, incidents = state.ct.size, state.icalls.size
    if state.n[0] >= calls and t - state.ct[state.n[0] % calls] < keep_s:
        return True
    if state.n[1] >= incidents and t - state.it[state.n[1] % incidents, 1] < open_s:
        return True
    return state.n[2] * 2 + 64 > state.dkey.size


def _compiled_run(stamp: int) -> Callable[..., int]:
    @entry
    def run(
        state: State, table: k.Table, batch: Batch, first: int, last: int, out: Array, counts: k.Counts, learn: bool,
        mark: int,
    ) -> int:  # fmt: skip
        """Calls first … last-1, each into its row of `out`; the answer is the call that found no room, or `last`.

        A `mark` below 0, a new one each time: they are judged against a memory that is not empty, and not remembered.
        """
        row = np.zeros(z.OUT)
        keep_s, open_s = table.scalars[k.S_MATTER_S], table.scalars[k.S_EVENT_S]
        for at in range(first, last):
            if needs_room(state, batch.t[at], keep_s, open_s) or stamp == 0:
                return at
            call = k.Call(
                batch.t[at], batch.x[at], batch.y[at], batch.phone[at], batch.plates[at], batch.roads[at],
                batch.typ[at], batch.event[at], batch.matter[at],
            )  # fmt: skip
            if mark < 0:
                _ask(state, table, call, mark, out[at], row, counts)
            else:
                _step(state, table, call, batch.forced[at], out[at], row, counts, learn)
        return last

    return run


run = _compiled_run(STAMP)  # the stamp is part of what numba's cache goes by
