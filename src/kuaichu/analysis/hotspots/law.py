"""The exact law of a neighbour sum under conditional permutation, for whole numbers and neighbours that count alike.

Cell i keeps its value v; the other n - 1 values are dealt out anew. Its k neighbours then hold a sample of k without
replacement from the values without one copy of v, so the law of their sum depends on (v, k) alone. With m_u cells of
the value u, the number of samples of j values with sum s is the coefficient of z^j x^s in the product over u of
(1 + z x^u)^(m_u). It is built up one distinct value at a time (hypergeometric mixing without its divisions): first
with one copy less of every value, then, by halving the list of values, all but one of the missing copies are put back,
so that every own value gets its law. Only positive numbers are added and multiplied: nothing cancels.

Rounding: an entry goes through at most k (D + log2 D) additions and products of D distinct values, a tail through as
many additions as there are sums: relative error of a p-value <= 2^-53 (2k(D + log2 D) + sums), 3e-11 at worst in
reach. A probability too small for a float64 is given as `SMALLEST`, never as 0.
"""

import numpy as np
from numba import njit

from kuaichu.analysis.hotspots.neighbours import Floats, Ints

MOST_NEIGHBOURS = 600  # e^k must fit a float64
MOST_WORK = 2e10  # multiplications: some ten seconds
SMALLEST = float(np.finfo(np.float64).tiny)


def exact_tails(values: Ints, neighbour_counts: Ints, sums: Ints) -> tuple[Floats, Floats]:
    """P(sum >= observed), P(sum <= observed) of every cell; both in (0, 1].

    `values`: whole numbers, one a cell. `sums`: the observed sums of the neighbours' values. Ask `work` before.
    """
    lowest, step, distinct, copies = _simplified(values)
    index = np.searchsorted(distinct, (values - lowest) // step)
    reduced = (sums - neighbour_counts * lowest) // step
    most = int(neighbour_counts.max(initial=0))
    reach = _reach(distinct, copies, most)
    cells = np.lexsort((neighbour_counts, index))
    bounds = np.concatenate([[0], np.cumsum(copies)])
    odds = min(1.0, most / max(len(values) - 1, 1))
    base = _base(distinct, copies, reach, odds)
    return _walk(base, distinct, reach, odds, cells, bounds, neighbour_counts, reduced)


def work(values: Ints, neighbour_counts: Ints) -> float:
    """How many multiplications `exact_tails` needs, about; infinite when there are too many neighbours."""
    most = int(neighbour_counts.max(initial=0))
    if most > MOST_NEIGHBOURS:
        return float("inf")
    _lowest, _step, distinct, copies = _simplified(values)
    reach = _reach(distinct, copies, most)
    one = float(np.maximum(reach, 0).sum() + most)
    return one * (np.minimum(copies - 1, most).sum() + len(distinct) * (np.log2(len(distinct)) + 2))


def _simplified(values: Ints) -> tuple[int, int, Ints, Ints]:
    """Least value, common step, distinct values from 0 in steps of 1 and how many cells have each."""
    distinct, copies = np.unique(values, return_counts=True)
    lowest = int(distinct[0])
    step = max(int(np.gcd.reduce(distinct - lowest)), 1)
    return lowest, step, (distinct - lowest) // step, copies.astype(np.int64)


def _reach(distinct: Ints, copies: Ints, most: int) -> Ints:
    """The greatest sum of j values, j = 0..most; -1 where there are fewer than j values."""
    top: list[int] = []
    for value, number in zip(distinct[::-1].tolist(), copies[::-1].tolist(), strict=True):
        top += [value] * min(number, most - len(top))
    reach = np.full(most + 1, -1, np.int64)
    reach[: len(top) + 1] = np.concatenate([[0], np.cumsum(top)])
    return reach


@njit(cache=True, nogil=True)
def _base(distinct: Ints, copies: Ints, reach: Ints, odds: float) -> Floats:
    """Row j, column s: samples of j values with sum s, times odds^j, from one copy less of every value."""
    most = len(reach) - 1
    table = np.zeros((most + 1, max(reach.max(), 0) + 1))
    table[0, 0] = 1.0
    got = np.full(most + 1, -1, np.int64)  # the greatest sum of j values so far
    got[0] = 0
    for d in range(len(distinct)):
        value, spare = distinct[d], copies[d] - 1
        for j in range(most, 0, -1):
            weight = 1.0
            for c in range(1, min(j, spare) + 1):
                weight *= odds * (spare - c + 1) / c
                for s in range(got[j - c] + 1):
                    table[j, s + c * value] += weight * table[j - c, s]
        for j in range(most, 0, -1):
            c = min(j, spare)
            while c > 0 and got[j - c] < 0:
                c -= 1
            if c > 0:
                got[j] = max(got[j], got[j - c] + c * value)
    return table


@njit(cache=True, nogil=True)
def _walk(
    base: Floats,
    distinct: Ints,
    reach: Ints,
    odds: float,
    cells: Ints,
    bounds: Ints,
    counts: Ints,
    sums: Ints,
) -> tuple[Floats, Floats]:
    """Halve the list of values until one is left that keeps its missing copy missing: that is the law of its cells."""
    n = len(cells)
    high, low = np.ones(n), np.ones(n)
    deep = 2
    while 1 << (deep - 2) < len(distinct):
        deep += 1
    tables = np.zeros((deep, base.shape[0], base.shape[1]))
    tables[0] = base
    todo = np.zeros((2 * deep + 2, 5), np.int64)  # first, last, level, first and last value to put back
    todo[0, 1] = len(distinct)
    waiting = 1
    while waiting > 0:
        waiting -= 1
        first, last, level, put, until = todo[waiting]
        if level > 0:
            tables[level] = tables[level - 1]
            for d in range(put, until):
                _put_back(tables[level], distinct[d], reach, odds)
        if last - first == 1:
            _judge(tables[level], reach, cells[bounds[first] : bounds[last]], counts, sums, high, low)
            continue
        half = (first + last) // 2
        todo[waiting] = (half, last, level + 1, first, half)
        todo[waiting + 1] = (first, half, level + 1, half, last)
        waiting += 2
    return high, low


@njit(cache=True, nogil=True)
def _put_back(table: Floats, value: int, reach: Ints, odds: float) -> None:
    for j in range(len(reach) - 1, 0, -1):
        for s in range(min(reach[j - 1], reach[j] - value) + 1):
            table[j, s + value] += odds * table[j - 1, s]


@njit(cache=True, nogil=True)
def _judge(table: Floats, reach: Ints, cells: Ints, counts: Ints, sums: Ints, high: Floats, low: Floats) -> None:
    """The tails of the cells of one own value; they stand in the order of their numbers of neighbours."""
    above, below = np.empty(table.shape[1]), np.empty(table.shape[1])
    known = 0
    for cell in cells:
        k = counts[cell]
        if k == 0:
            continue
        top = reach[k]
        if k != known:
            known = k
            total = 0.0
            for s in range(top + 1):
                total += table[k, s]
                below[s] = total
            total = 0.0
            for s in range(top, -1, -1):
                total += table[k, s]
                above[s] = total
        high[cell] = min(max(above[sums[cell]] / above[0], SMALLEST), 1.0)
        low[cell] = min(max(below[sums[cell]] / below[top], SMALLEST), 1.0)
