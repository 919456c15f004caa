"""The loops of siting: nearest sites, interchange, the relaxation and a step of its prices.

All take the demand points' sites in the order of their distance: `near` (n, m) distances ascending, `order` (n, m) the
sites they belong to. A loop then ends at the second nearest chosen site, after about 2m/k steps, which is what makes
it fast (the sparsity that Resende & Werneck 2007 build on).
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

IMPROVES = 1e-10  # of the cost: less is rounding


@njit(cache=True)
def two_nearest(order: Ints, is_open: Bools) -> tuple[Ints, Ints]:
    """Ranks of the nearest and second nearest open site, each (n,); m where there is no second."""
    count, sites = order.shape
    first, second = np.empty(count, np.int32), np.empty(count, np.int32)
    for i in range(count):
        first[i] = second[i] = sites
        for rank in range(sites):
            if is_open[order[i, rank]]:
                if first[i] == sites:
                    first[i] = rank
                else:
                    second[i] = rank
                    break
    return first, second


@njit(cache=True)
def cost_of(near: Floats, order: Ints, weights: Floats, is_open: Bools) -> float:
    """Weighted distance to the nearest open site."""
    total = 0.0
    for i in range(near.shape[0]):
        if weights[i] > 0:
            rank = 0
            while not is_open[order[i, rank]]:
                rank += 1
            total += weights[i] * near[i, rank]
    return total


@njit(cache=True)
def interchange(near: Floats, order: Ints, weights: Floats, chosen: Ints) -> float:
    """Swaps one chosen site for another, best swap first, until none helps; `chosen` (k,) is changed. The cost.

    profit(in, out) = gain(in) - loss(out) + extra(in, out): Whitaker 1983 in the form of Resende & Werneck 2007.
    """
    count, sites = near.shape
    units = chosen.size
    is_open, place = np.zeros(sites, np.bool_), np.zeros(sites, np.int32)
    for u in range(units):
        is_open[chosen[u]] = True
    cost = cost_of(near, order, weights, is_open)
    gain, loss, extra = np.empty(sites), np.empty(units), np.empty((sites, units))
    while cost > 0:
        for u in range(units):
            place[chosen[u]] = u
        for j in range(sites):
            gain[j] = 0.0
            for u in range(units):
                loss[u] = extra[j, u] = 0.0
        first, second = two_nearest(order, is_open)
        for i in range(count):
            w = weights[i]
            if w <= 0:
                continue
            d1 = near[i, first[i]]
            d2 = near[i, second[i]] if second[i] < sites else near[i, sites - 1]
            u = place[order[i, first[i]]]
            loss[u] += w * (d2 - d1)
            for rank in range(sites):
                d = near[i, rank]
                if d >= d2:
                    break
                j = order[i, rank]
                if d < d1:
                    gain[j] += w * (d1 - d)
                extra[j, u] += w * (d2 - max(d, d1))
        best, best_in, best_out = cost * IMPROVES, -1, -1
        for j in range(sites):
            if not is_open[j]:
                for u in range(units):
                    profit = gain[j] - loss[u] + extra[j, u]
                    if profit > best:
                        best, best_in, best_out = profit, j, u
        if best_in < 0:
            break
        is_open[chosen[best_out]], is_open[best_in] = False, True
        chosen[best_out] = best_in
        changed = cost_of(near, order, weights, is_open)
        if changed >= cost:  # the profit was rounding
            break
        cost = changed
    return cost


@njit(cache=True)
def greedy(near: Floats, order: Ints, weights: Floats, units: int) -> Ints:
    """k sites (k,), each the one that helps most given those before."""
    count, sites = near.shape
    chosen, is_open = np.empty(units, np.int32), np.zeros(sites, np.bool_)
    reach, gain = np.empty(count), np.empty(sites)
    for i in range(count):
        reach[i] = near[i, sites - 1]
    for u in range(units):
        for j in range(sites):
            gain[j] = 0.0
        for i in range(count):
            for rank in range(sites):
                if near[i, rank] >= reach[i]:
                    break
                gain[order[i, rank]] += weights[i] * (reach[i] - near[i, rank])
        best = -1
        for j in range(sites):
            if not is_open[j] and (best < 0 or gain[j] > gain[best]):
                best = j
        chosen[u], is_open[best] = best, True
        for i in range(count):
            for rank in range(sites):
                if near[i, rank] >= reach[i]:
                    break
                if order[i, rank] == best:
                    reach[i] = near[i, rank]
                    break
    return chosen


@njit(cache=True)
def relaxed(near: Floats, order: Ints, weights: Floats, v: Floats, rho: Floats) -> float:
    """Fills `rho` (m,) with what opening each site saves at the prices `v`; the sum of the prices paid."""
    count, sites = near.shape
    paid = 0.0
    for j in range(sites):
        rho[j] = 0.0
    for i in range(count):
        w = weights[i]
        if w <= 0:
            continue
        paid += w * v[i]
        for rank in range(sites):
            d = near[i, rank]
            if d >= v[i]:
                break
            rho[order[i, rank]] += w * (d - v[i])
    return paid


@njit(cache=True)
def step_along(
    near: Floats, order: Ints, weights: Floats, v: Floats, is_open: Bools, drift: Floats, length: float
) -> None:
    """Changes the prices `v` along the (smoothed) subgradient: up where nobody serves, down where several do.

    `length`: theta times the gap; the metric is weighted by demand, so that prices are distances.
    """
    count, sites = near.shape
    norm = 0.0
    for i in range(count):
        if weights[i] <= 0:
            continue
        served = 0
        for rank in range(sites):
            if near[i, rank] >= v[i]:
                break
            if is_open[order[i, rank]]:
                served += 1
        drift[i] = (1 - served) + 0.5 * drift[i]
        norm += weights[i] * drift[i] * drift[i]
    if norm <= 0:
        return
    for i in range(count):
        if weights[i] > 0:
            v[i] = min(max(v[i] + length / norm * drift[i], near[i, 0]), near[i, sites - 1])
