"""Dual ascent: a proof of how good k sites are, and often better sites.

The Lagrangian of the p-median relaxes that every point is served once (Beasley 1993): at prices v a site saves rho, the
k sites that save most give a lower bound, and the prices follow a smoothed subgradient with a step by the gap (Held,
Wolfe & Crowder 1974). The loop is Python around compiled rounds: it costs some 20 us a round and saves five seconds of
compiling.
"""

import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.coverage.kernels import Floats, Ints, cost_of, interchange, relaxed, step_along

STALLS = 12  # rounds without a better bound before the step is shortened
SHORTEST = 1e-4
OVERSHOT = 1.02  # the step aims a little above the best cost known
TRIED, TRIED_EIGHTH = 1.002, 1.05  # sites of a round this near the best cost are improved; every eighth round, this


def ascend(
    near: Floats,
    order: Ints,
    weights: Floats,
    *,
    prices: Floats,
    chosen: NDArray[np.int32],
    wanted: float,
    unit: float,
    rounds: int,
) -> tuple[float, float]:
    """Lower and upper bound; `prices` (n,) and `chosen` (k,) become the best ones found.

    Ends when the bound is within the share `wanted` of the cost, or, where costs are multiples of `unit` > 0, less than
    one unit below it.
    """
    units = chosen.size
    upper, lower = interchange(near, order, weights, chosen), 0.0
    theta, stalled = 1.0, 0
    best, rho, drift = prices.copy(), np.empty(near.shape[1]), np.zeros(prices.size)
    is_open = np.zeros(near.shape[1], bool)
    for number in range(rounds):
        bound = relaxed(near, order, weights, prices, rho)
        picked = np.argpartition(rho, units - 1)[:units]
        bound += float(rho[picked].sum())
        is_open[:] = False
        is_open[picked] = True
        stalled = 0 if bound > lower + 1e-5 * (upper - lower) else stalled + 1
        if bound > lower:
            lower, best[:] = bound, prices
        if cost_of(near, order, weights, is_open) < upper * (TRIED if number % 8 else TRIED_EIGHTH):
            tried = picked.astype(np.int32)
            cost = interchange(near, order, weights, tried)
            if cost < upper:
                upper, chosen[:] = cost, tried
        if upper - lower <= wanted * upper or upper - lower < unit * 0.999 or theta < SHORTEST:
            break
        if stalled >= STALLS:
            theta, stalled = theta / 2, 0
            prices[:], drift[:] = best, 0.0
        step_along(near, order, weights, prices, is_open, drift, theta * (OVERSHOT * upper - bound))
    prices[:] = best
    return lower, upper
