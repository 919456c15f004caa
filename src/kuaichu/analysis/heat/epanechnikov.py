"""Exact Epanechnikov sums on a raster.

On one row of pixels an event's kernel is a quadratic of the column between two columns and nothing elsewhere. Its three
coefficients are added where it begins and subtracted behind where it ends; one running sum along the row then gives the
coefficients of the whole at every pixel (the family of sweep-line methods of Chan, U, Choi, Xu, Cheng: "SLAM: Efficient
Sweep Line Algorithms for Kernel Density Visualization", SIGMOD 2022). Work: events × rows within a bandwidth.

Float64 would lose digits if coefficients stood for columns far away. So a row is cut into stretches of at least four
bandwidths, every stretch counts columns from its own middle, and its running sum begins at nothing.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from math import ceil, floor, log2, sqrt

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BLOCK_ROWS = 32
CHUNK = 2048  # events whose ends are worked out at once: stays in the first-level cache
SHORTEST_STRETCH_BITS = 3


def epanechnikov_sums(
    column: Floats,
    row: Floats,
    weight: Floats,
    *,
    shape: tuple[int, int],
    radius: tuple[float, float],
    progress: Callable[[int, int], None] | None = None,
) -> Floats:
    """Σ weight · max(0, 1 - d²) at every pixel of `shape` (height, width); d in bandwidths.

    `column`, `row`: places in pixels, 0.0 the first centre. `radius`: the bandwidth in pixels across and down.
    """
    height, width = shape
    pad = min(ceil(radius[1]) + 1, 2 * height + 64)
    events = _by_row(column, row, weight, height, pad, radius[0], radius[1], width)
    bits = max(SHORTEST_STRETCH_BITS, ceil(log2(min(4 * radius[0], 2 * width))) if radius[0] > 0.25 else 0)
    out = np.empty(shape)
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        work = [
            threads.submit(
                _fill_rows,
                out,
                first,
                min(first + BLOCK_ROWS, height),
                *events,
                pad,
                1 / radius[0],
                1 / radius[1],
                bits,
            )
            for first in range(0, height, BLOCK_ROWS)
        ]
        for done, each in enumerate(as_completed(work), 1):
            each.result()
            if progress:
                progress(done, len(work))
    return out


@njit(cache=True, nogil=True)
def _by_row(
    column: Floats, row: Floats, weight: Floats, height: int, pad: int, across: float, down: float, width: int
) -> tuple[Ints, Floats, Floats, Floats]:
    """Events that reach the raster, sorted by row (counting sort); `start` per row, `pad` rows above and below."""
    rows = height + 2 * pad
    start = np.zeros(rows + 1, np.int64)
    bucket = np.empty(len(row), np.int32)
    for i in range(len(row)):
        v = row[i]
        if -down < v < height - 1 + down and -across < column[i] < width - 1 + across:
            k = min(max(floor(v) + pad, 0), rows - 1)
            bucket[i] = k
            start[k + 1] += 1
        else:
            bucket[i] = -1
    for k in range(rows):
        start[k + 1] += start[k]
    at = start[:-1].copy()
    count = start[rows]
    columns, row_places, weights = np.empty(count), np.empty(count), np.empty(count)
    for i in range(len(row)):
        k = bucket[i]
        if k >= 0:
            j = at[k]
            at[k] = j + 1
            columns[j] = column[i]
            row_places[j] = row[i]
            weights[j] = weight[i]
    return start, columns, row_places, weights


@njit(cache=True, nogil=True)
def _fill_rows(
    out: Floats,
    first: int,
    last: int,
    start: Ints,
    columns: Floats,
    rows: Floats,
    weights: Floats,
    pad: int,
    per_column: float,
    per_row: float,
    bits: int,
) -> None:
    """Rows `first` to `last` of the sums. Every stretch has one place more than pixels, for ends at its end."""
    width = out.shape[1]
    stretches = (width + (1 << bits) - 1) >> bits
    change = np.zeros((stretches * ((1 << bits) + 1) + 1, 4))  # 32 bytes a place: one vector register
    begins, ends, heights = np.empty(CHUNK, np.int32), np.empty(CHUNK, np.int32), np.empty(CHUNK)
    bottom = len(start) - 1
    reach = 1 / per_row
    for row in range(first, last):
        change[:] = 0.0
        low = start[int(max(floor(row - reach) + pad, 0.0))]
        high = start[int(min(floor(row + reach) + pad + 1, float(bottom)))]
        for chunk in range(low, high, CHUNK):
            until = min(chunk + CHUNK, high)
            _chords(columns[chunk:until], rows[chunk:until], row, per_column, per_row, width, begins, ends, heights)
            _add(change, columns[chunk:until], weights[chunk:until], begins, ends, heights, per_column, bits)
        _sum_up(out[row], change, per_column, bits)


@njit(cache=True, nogil=True)
def _chords(
    columns: Floats,
    rows: Floats,
    row: int,
    per_column: float,
    per_row: float,
    width: int,
    begins: NDArray[np.int32],
    ends: NDArray[np.int32],
    heights: Floats,
) -> None:
    """First and last pixel of every event's kernel on a row, and 1 - (rows away)²: a loop without branches."""
    across, right = 1 / per_column, float(width)
    for i in range(len(columns)):
        away = (rows[i] - row) * per_row
        height = 1 - away * away
        half = sqrt(height if height > 0.0 else 0.0) * across
        left_end, right_end = columns[i] - half, columns[i] + half
        left_end = left_end if left_end > -1.0 else -1.0
        left_end = left_end if left_end < right else right
        right_end = right_end if right_end > -1.0 else -1.0
        right_end = right_end if right_end < right - 1.0 else right - 1.0
        begins[i] = np.int32(left_end + 1.0)  # cut towards 0, so it vectorises; a pixel exactly on the rim adds nothing
        ends[i] = np.int32(right_end + 1.0) - np.int32(1)
        heights[i] = height


@njit(cache=True, nogil=True)
def _add(
    change: Floats,
    columns: Floats,
    weights: Floats,
    begins: NDArray[np.int32],
    ends: NDArray[np.int32],
    heights: Floats,
    per_column: float,
    bits: int,
) -> None:
    """w·(h - (x - t)²) = w·(h - t²) + 2wt·x - w·x², x and t from the middle of the stretch, in bandwidths."""
    half = (1 << bits) >> 1
    places = change.reshape(-1)
    one, two = np.uint64(1), np.uint64(2)  # unsigned: no check for indices from the end
    for i in range(len(columns)):
        begin, end, height, weight = np.int64(begins[i]), np.int64(ends[i]), heights[i], weights[i]
        if begin > end or height <= 0.0:
            continue
        first, last = begin >> bits, end >> bits
        if first < last:  # begins one stretch earlier, whose sum ends by itself
            t = (columns[i] - ((first << bits) + half)) * per_column
            at = np.uint64(4 * (begin + first))
            places[at] += weight * (height - t * t)
            places[at + one] += 2 * weight * t
            places[at + two] += weight
            begin = last << bits
        t = (columns[i] - ((last << bits) + half)) * per_column
        constant, slope = weight * (height - t * t), 2 * weight * t
        at, behind = np.uint64(4 * (begin + last)), np.uint64(4 * (end + 1 + last))
        places[at] += constant
        places[at + one] += slope
        places[at + two] += weight
        places[behind] -= constant
        places[behind + one] -= slope
        places[behind + two] -= weight


@njit(cache=True, nogil=True)
def _sum_up(out: Floats, change: Floats, per_column: float, bits: int) -> None:
    """Running sums of the three coefficients, and the quadratic's value at every pixel."""
    width, size = len(out), 1 << bits
    for stretch in range((width + size - 1) >> bits):
        constant, slope, bend = 0.0, 0.0, 0.0
        at, origin = stretch * (size + 1), stretch << bits
        for k in range(min(size, width - origin)):
            constant += change[at + k, 0]
            slope += change[at + k, 1]
            bend += change[at + k, 2]
            x = (k - (size >> 1)) * per_column
            out[origin + k] = constant + x * (slope - x * bend)
