"""One call against all that is open: the compiled heart of the recogniser.

For an incident I and the possibility that the call is about something new,
    odds(I) = r(age, calls of I)·mean f(distance) · Π m/u  :  rate(now)·p(place),
with r the rate of further calls per second, f the density of a call's place around another of the same incident per m²,
p and rate the local background (crowd.py), and m/u the Fellegi–Sunter ratios of plates, road names and classes
(Fellegi & Sunter 1969). Calls of one phone are judged by their own table (gap, distance, how often the phone calls).
A call joins one incident only, and an incident grows only by calls that fit it as a whole: there is no chaining.
"""

from typing import NamedTuple

import numpy as np

from kuaichu.analysis.repeats import sizes as z
from kuaichu.analysis.repeats.compare import band_of, bin_of, part_of, plates_level, roads_level, step_of
from kuaichu.analysis.repeats.compiled import inner
from kuaichu.analysis.repeats.crowd import place_density, rate_now
from kuaichu.analysis.repeats.state import Array, State, cell_key, mixed

(S_PRIOR_S, S_MEMORY_S, S_SHRINK, S_TYPE_PRIOR, S_SAME_PHONE, S_SAME_PAIR, S_THRESHOLD, S_WINDOW_S, S_EVENT_S,
 S_MATTER_S, S_OFFSET, S_TYPE_RATE, S_USUAL, S_AFTERMATH, S_MEAN_REPEATS) = range(15)  # fmt: skip
PHONE_ROWS = 32
HOPE, HOPE_PLATE = 8.0, 13.0  # the most that agreement can reasonably add without and with a plate


class Table(NamedTuple):
    """Weights as natural logarithms; `scalars` by the S_ numbers above."""

    place: Array
    age: Array
    calls: Array
    plate: Array
    road: Array
    typ: Array
    gap: Array
    near: Array
    habit: Array
    phone_typ: Array
    scalars: Array


class Counts(NamedTuple):
    """How often each level was seen among pairs that belong together (row 1) and that do not (row 0)."""

    plate: Array
    road: Array
    typ: Array
    gap: Array
    near: Array
    habit: Array
    phone_typ: Array


class Call(NamedTuple):
    t: float
    x: float
    y: float
    phone: int
    plates: Array
    roads: Array
    typ: int
    event: int
    matter: int


@inner
def _type_weight(state: State, table: Table, typ: int, others: Array) -> tuple[float, int]:
    """Weight and level (0 unknown, 1 other, 2 same) of the class.

    Agreeing on a rare class says more, and which classes are often said of one thing is learned as calls come.
    """
    if typ < 0 or others[0] < 0:
        return 0.0, 0
    prior, mean, kinds, is_same = table.scalars[S_TYPE_PRIOR], 0.0, 0, False
    usual = (state.tsum[typ, 0] + prior / 10) / (state.f[3] + prior)
    for other in others:
        if other >= 0:
            is_same |= other == typ
            expected = table.typ[1] if other == typ else table.typ[0] * usual
            mean += (state.tpair[other, typ] + prior * expected) / (state.tpair[other, 0] + prior)
            kinds += 1
    return np.log(mean / kinds / usual), 1 + int(is_same)


@inner
def _nearness(state: State, table: Table, slot: int, call: Call, ln_p: float) -> tuple[float, float]:
    """ln of mean f / p over the incident's places, and metres to the nearest; NaN when either has no place."""
    if np.isnan(call.x):
        return 0.0, np.nan
    total, count, nearest = 0.0, 0, np.inf
    for member in range(z.MEMBERS):
        x = state.ixy[slot, member, 0]
        if not np.isnan(x):
            away = np.hypot(x - call.x, state.ixy[slot, member, 1] - call.y)
            total += np.exp(table.place[bin_of(away, z.FIRST_BIN_M, z.BIN_RATIO, z.DISTANCE_BINS)])
            count += 1
            nearest = min(nearest, away)
    if count == 0:
        return 0.0, np.nan
    return np.log(total / count) - ln_p, nearest


@inner
def _against_incident(
    state: State, table: Table, slot: int, call: Call, ln_p: float, ln_rate: float, row: Array
) -> float:
    """ln odds of incident against something new; the evidence goes into `row`."""
    age = max(0.0, call.t - state.it[slot, 0])
    row[z.W_DISTANCE], row[z.D_METRES] = _nearness(state, table, slot, call, ln_p)
    calls = step_of(state.icalls[slot])
    # Against the usual rate of the first half hour; how rare calls are here and now goes with the distance.
    usual = table.scalars[S_USUAL]
    row[z.W_TIME] = table.age[bin_of(age, z.FIRST_AGE_S, z.AGE_RATIO, z.AGE_BINS)] - usual
    row[z.W_DISTANCE] += usual + table.calls[calls] - ln_rate + table.scalars[S_OFFSET]
    typ = state.ityp[slot, 0]
    if typ >= 0:
        part, trust = part_of(age), table.scalars[S_TYPE_RATE]
        mean = table.scalars[S_MEAN_REPEATS + part]
        row[z.W_DISTANCE] += np.log((state.tsum[typ, 2 + part] + trust * mean) / (state.tsum[typ, 1] + trust) / mean)
    # Something else may happen here because of the first: the background has a share of the further calls.
    where_and_when = row[z.W_DISTANCE] + row[z.W_TIME]
    row[z.W_DISTANCE] -= where_and_when + np.log(np.exp(-where_and_when) + table.scalars[S_AFTERMATH])
    row[z.D_SECONDS], row[z.W_PHONE], row[z.L_PHONE] = age, 0.0, 0
    row[z.L_PLATE] = plates_level(call.plates, state.iplate[slot])
    row[z.W_PLATE] = table.plate[int(row[z.L_PLATE])]
    band = band_of(row[z.D_METRES])
    row[z.L_ROAD] = roads_level(call.roads, state.iroad[slot])
    row[z.W_ROAD] = table.road[band, int(row[z.L_ROAD])]
    row[z.W_TYPE], row[z.L_TYPE] = _type_weight(state, table, call.typ, state.ityp[slot])
    return row[z.W_DISTANCE] + row[z.W_TIME] + row[z.W_PLATE] + row[z.W_ROAD] + row[z.W_TYPE]


@inner
def _near_level(away: float) -> int:
    if np.isnan(away):
        return z.NEARS - 1
    level = 0
    while level < len(z.NEAR_EDGES_M) and away > z.NEAR_EDGES_M[level]:
        level += 1
    return level


@inner
def _gap_level(gap: float) -> int:
    level = 0
    while level < z.GAPS - 1 and gap > z.GAP_EDGES_S[level]:
        level += 1
    return level


@inner
def _against_own(state: State, table: Table, at: int, habit: int, call: Call, row: Array) -> float:
    """ln odds that a phone calls about the matter of its earlier call in row `at`."""
    gap = max(0.0, call.t - state.ct[at])
    away = np.hypot(state.cxy[at, 0] - call.x, state.cxy[at, 1] - call.y)
    level, late = _gap_level(gap), int(gap > table.scalars[S_EVENT_S])
    row[z.W_DISTANCE], row[z.D_METRES] = table.near[late, _near_level(away)], away
    row[z.W_TIME], row[z.D_SECONDS] = table.gap[level], gap
    row[z.W_PHONE], row[z.L_PHONE] = table.scalars[S_SAME_PHONE] + table.habit[habit], habit + 1
    row[z.L_PLATE] = plates_level(call.plates, state.cplate[at])
    row[z.W_PLATE] = table.plate[int(row[z.L_PLATE])]
    row[z.L_ROAD] = roads_level(call.roads, state.croad[at])
    row[z.W_ROAD] = table.road[band_of(away), int(row[z.L_ROAD])]
    row[z.L_TYPE] = 0 if call.typ < 0 or state.ctyp[at] < 0 else 1 + int(call.typ == state.ctyp[at])
    row[z.W_TYPE] = table.phone_typ[int(row[z.L_TYPE])]
    return row[z.W_DISTANCE] + row[z.W_TIME] + row[z.W_PHONE] + row[z.W_PLATE] + row[z.W_ROAD] + row[z.W_TYPE]


@inner
def _keep(row: Array, best: Array, log_odds: float, incident: int, other: int, kind: int) -> None:
    """Add the candidate to the sum of odds, and remember it when it is among the best three."""
    odds = np.exp(min(log_odds, 40.0))
    best[z.O_ANY] += odds
    if odds > best[z.O_SCORE]:
        any_odds = best[z.O_ANY]
        one, one_odds, two, two_odds = best[z.O_INCIDENT], best[z.O_SCORE], best[z.A_ONE], best[z.A_ONE_SCORE]
        for place in range(z.OUT):
            best[place] = row[place]
        best[z.O_ANY], best[z.O_SCORE], best[z.O_LOGODDS] = any_odds, odds, log_odds
        best[z.O_KIND], best[z.O_INCIDENT], best[z.O_OTHER] = kind, incident, other
        best[z.A_ONE], best[z.A_ONE_SCORE], best[z.A_TWO], best[z.A_TWO_SCORE] = one, one_odds, two, two_odds
    elif odds > best[z.A_ONE_SCORE]:
        best[z.A_TWO], best[z.A_TWO_SCORE] = best[z.A_ONE], best[z.A_ONE_SCORE]
        best[z.A_ONE], best[z.A_ONE_SCORE] = incident, odds
    elif odds > best[z.A_TWO_SCORE]:
        best[z.A_TWO], best[z.A_TWO_SCORE] = incident, odds


@inner
def _learn_incident(state: State, slot: int, call: Call, row: Array, counts: Counts) -> None:
    is_match = int(state.ievent[slot] == call.event)
    counts.plate[is_match, int(row[z.L_PLATE])] += 1
    counts.road[is_match, band_of(row[z.D_METRES]), int(row[z.L_ROAD])] += 1
    counts.typ[is_match, int(row[z.L_TYPE])] += 1


@inner
def _learn_own(state: State, at: int, habit: int, call: Call, row: Array, table: Table, counts: Counts) -> None:
    is_match = int(state.cevent[at] == call.event or state.cmatter[at] == call.matter)
    gap = row[z.D_SECONDS]
    counts.gap[is_match, _gap_level(gap)] += 1
    counts.near[is_match, int(gap > table.scalars[S_EVENT_S]), _near_level(row[z.D_METRES])] += 1
    counts.habit[is_match, habit] += 1
    counts.phone_typ[is_match, int(row[z.L_TYPE])] += 1


@inner
def _own_calls(
    state: State, table: Table, call: Call, mark: int, best: Array, row: Array, counts: Counts, learn: bool
) -> None:
    """Earlier calls of the same phone, the newest of each incident."""
    size, most = state.ct.size, table.scalars[S_MATTER_S]
    rows, incidents, found, looked = np.empty(PHONE_ROWS, np.int64), np.empty(PHONE_ROWS, np.int64), 0, 0
    at = state.head[1, mixed(call.phone) & (size - 1)]
    while at >= 0 and at >= state.n[0] - size and found < PHONE_ROWS and looked < 4 * PHONE_ROWS:
        here = at % size
        if call.t - state.ct[here] > most:
            break
        if state.cphone[here] == call.phone:
            looked += 1
            is_known = False
            for other in range(found):
                is_known |= incidents[other] == state.cinc[here]
            if not is_known:
                rows[found], incidents[found] = at, state.cinc[here]
                found += 1
        at = state.cnext[here, 1]
    habit = 0 if found < 2 else 1 if found < 4 else 2 if found < 9 else 3
    for which in range(found):
        here, incident = rows[which] % size, incidents[which]
        log_odds = _against_own(state, table, here, habit, call, row)
        is_open = incident >= state.n[1] - state.icalls.size and row[z.D_SECONDS] <= table.scalars[S_EVENT_S]
        if learn:
            _learn_own(state, here, habit, call, row, table, counts)
        if is_open:
            state.imark[incident % state.icalls.size] = mark
        _keep(row, best, log_odds, incident, rows[which], z.EVENT if is_open else z.MATTER)


@inner
def _is_possible(state: State, table: Table, here: int, call: Call, background: tuple[float, float]) -> bool:
    """Could the call in row `here` be about the same, if plate, road and class agreed well? Most neighbours could
    not.
    """
    away = np.hypot(state.cxy[here, 0] - call.x, state.cxy[here, 1] - call.y)
    place = table.place[bin_of(away, z.FIRST_BIN_M, z.BIN_RATIO, z.DISTANCE_BINS)]
    age = table.age[bin_of(max(0.0, call.t - state.ct[here]), z.FIRST_AGE_S, z.AGE_RATIO, z.AGE_BINS)]
    hope = HOPE_PLATE if call.plates[0] != 0 or call.plates[1] != 0 else HOPE
    return place + age + hope > background[0] + background[1]


@inner
def _along(
    state: State, table: Table, call: Call, chain: int, key: int, background: tuple[float, float], window_s: float,
    mark: int, best: Array, row: Array, counts: Counts, learn: bool,
) -> None:  # fmt: skip
    """Every open incident on one chain, once."""
    size, incidents = state.ct.size, state.icalls.size
    at = state.head[chain, mixed(key) & (size - 1)]
    while at >= 0 and at >= state.n[0] - size:
        here = at % size
        if call.t - state.ct[here] > window_s:
            break
        incident = state.cinc[here]
        if chain == 0:
            is_here = not np.isnan(state.cxy[here, 0]) and cell_key(state.cxy[here, 0], state.cxy[here, 1], 0, 0) == key
        elif chain < 4:
            is_here = state.cplate[here, chain - 2] == key
        else:
            is_here = state.croad[here, chain - 4] == key
        slot = incident % incidents
        is_new = is_here and incident >= state.n[1] - incidents and state.imark[slot] != mark
        if is_new and (chain > 0 or _is_possible(state, table, here, call, background)):
            state.imark[slot] = mark
            log_odds = _against_incident(state, table, slot, call, background[0], background[1], row)
            if learn:
                _learn_incident(state, slot, call, row, counts)
            if log_odds > -12:
                _keep(row, best, log_odds, incident, state.ifirst[slot], z.EVENT)
        at = state.cnext[here, chain]


@inner
def _same_pair(state: State, table: Table, call: Call, best: Array, row: Array) -> None:
    """An earlier matter of the same two vehicles, whoever calls."""
    size = state.ct.size
    if call.plates[0] == 0 or call.plates[1] == 0:
        return
    for chain in range(2, 4):
        at = state.head[chain, mixed(call.plates[0]) & (size - 1)]
        while at >= 0 and at >= state.n[0] - size:
            here = at % size
            gap = call.t - state.ct[here]
            if gap > table.scalars[S_MATTER_S]:
                break
            is_other_phone = call.phone == 0 or state.cphone[here] != call.phone
            if gap > table.scalars[S_EVENT_S] and is_other_phone:
                level = plates_level(call.plates, state.cplate[here])
                if level == z.PLATE_LEVELS - 1:
                    for place in range(z.OUT):
                        row[place] = 0
                    row[z.L_PLATE], row[z.W_PLATE] = level, table.scalars[S_SAME_PAIR]
                    row[z.D_SECONDS] = gap
                    row[z.D_METRES] = np.hypot(state.cxy[here, 0] - call.x, state.cxy[here, 1] - call.y)
                    _keep(row, best, row[z.W_PLATE], state.cinc[here], at, z.MATTER)
                    return
            at = state.cnext[here, chain]


@inner
def _searches(call: Call, chains: Array, keys: Array) -> int:
    """Which chains to follow with which keys: nine squares (or the roads, without a place), and the plates."""
    found = 0
    for which in range(2):
        for chain in range(2, 4):
            if call.plates[which] != 0:
                chains[found], keys[found] = chain, call.plates[which]
                found += 1
        for chain in range(4, 6):
            if np.isnan(call.x) and call.roads[which] >= 0:
                chains[found], keys[found] = chain, call.roads[which]
                found += 1
    for step in range(9):
        if not np.isnan(call.x):
            chains[found], keys[found] = 0, cell_key(call.x, call.y, step // 3 - 1, step % 3 - 1)
            found += 1
    return found


@inner
def judge(
    state: State, table: Table, call: Call, mark: int, best: Array, row: Array, counts: Counts, learn: bool
) -> None:
    """Fill `best` with the judgement of the call. Incidents looked at get `mark`, which no question had before."""
    scalars = table.scalars
    for place in range(z.OUT):
        best[place] = 0
    best[z.O_INCIDENT], best[z.O_OTHER], best[z.A_ONE], best[z.A_TWO] = -1, -1, -1, -1
    has_place = not np.isnan(call.x)
    ln_p = np.log(place_density(state, call.x, call.y, scalars[S_SHRINK])) if has_place else 0.0
    rate = rate_now(state, call.t, scalars[S_MEMORY_S], scalars[S_PRIOR_S])
    background = (ln_p, np.log(rate))
    if call.phone != 0:
        _own_calls(state, table, call, mark, best, row, counts, learn)
    chains, keys = np.empty(17, np.int64), np.empty(17, np.int64)
    for which in range(_searches(call, chains, keys)):
        chain = chains[which]
        # A plate finds older incidents too; a road alone says little of an old one.
        window = scalars[S_EVENT_S] if chain in (2, 3) else scalars[S_WINDOW_S] / (1 if chain == 0 else 3)
        _along(state, table, call, chain, keys[which], background, window, mark, best, row, counts, learn)
    _same_pair(state, table, call, best, row)
    away = max(best[z.D_METRES], 30.0) if best[z.D_METRES] == best[z.D_METRES] else np.nan
    best[z.D_BY_CHANCE] = rate * np.exp(ln_p) * np.pi * away * away * best[z.D_SECONDS]
    everything = 1 + best[z.O_ANY]
    best[z.O_SCORE] /= everything
    best[z.A_ONE_SCORE] /= everything
    best[z.A_TWO_SCORE] /= everything
    best[z.O_ANY] /= everything
    if best[z.O_ANY] < scalars[S_THRESHOLD]:
        best[z.O_KIND] = z.NEW
