"""The rest of the proof: what dual ascent leaves open goes to HiGHS, without the sites that are already settled.

The model is the p-median in cumulated distances (Elloumi 2010): z[i, g] = 1 when no open site lies within the g-th
distance of point i. It has the bound of the classical model with far fewer entries, and covering is its case with two
distances.
"""

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.coverage.kernels import Floats, Ints, relaxed

INFINITE = highspy.kHighsInf


@dataclass(frozen=True, kw_only=True)
class Rest:
    """Sites still to be decided on (`free`) and those that every better solution opens (`opened`)."""

    free: NDArray[np.int64]
    opened: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Found:
    """`chosen`: sites or nothing when no better solution exists; `bound`: no solution of the rest costs less."""

    chosen: NDArray[np.int64]
    bound: float


def undecided(near: Floats, order: Ints, weights: Floats, *, prices: Floats, units: int, goal: float) -> Rest:
    """What solutions cheaper than `goal` may look like, by the penalties of the Lagrangian at `prices`."""
    rho = np.empty(near.shape[1])
    paid = relaxed(near, order, weights, prices, rho)
    ranked = np.argsort(rho, kind="stable")
    inside, outside = ranked[:units], ranked[units:]
    bound = paid + rho[inside].sum()
    if not outside.size:
        return Rest(free=np.empty(0, np.int64), opened=np.sort(inside))
    is_free = bound + rho[outside] - rho[inside[-1]] < goal
    is_opened = bound - rho[inside] + rho[outside[0]] >= goal
    return Rest(free=np.sort(np.r_[inside[~is_opened], outside[is_free]]), opened=np.sort(inside[is_opened]))


def solve(near: Floats, order: Ints, weights: Floats, rest: Rest, *, units: int, share: float, seconds: float) -> Found:
    """The best `units` sites of the rest to the relative gap `share`, or the bound reached when `seconds` are over."""
    model, sites = cumulated_model(near, order, weights, rest, units=units)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (("output_flag", False), ("mip_rel_gap", share), ("time_limit", seconds)):
        solver.setOptionValue(name, value)
    solver.passModel(model)
    solver.run()
    status, info = solver.getModelStatus(), solver.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Found(chosen=np.empty(0, np.int64), bound=np.inf)
    bound = info.mip_dual_bound if np.isfinite(info.mip_dual_bound) else 0.0
    if info.primal_solution_status != 2:  # time was over before a solution was found
        return Found(chosen=np.empty(0, np.int64), bound=bound)
    is_open = np.asarray(solver.getSolution().col_value[: sites.size]) > 0.5
    return Found(chosen=sites[is_open], bound=bound)


def cumulated_model(
    near: Floats, order: Ints, weights: Floats, rest: Rest, *, units: int
) -> tuple[highspy.HighsLp, NDArray[np.int64]]:
    """The model, and the site of each of its first columns."""
    sites = np.sort(np.r_[rest.free, rest.opened])
    column = np.full(near.shape[1], -1, np.int64)
    column[sites] = np.arange(sites.size)
    is_forced = np.isin(np.arange(near.shape[1]), rest.opened)
    costs, lower = np.zeros(sites.size).tolist(), is_forced[sites].astype(float).tolist()
    starts, columns, values, least = [0], list(range(sites.size)), [1.0] * sites.size, [float(units)]
    offset = 0.0
    for i in np.flatnonzero(weights > 0):
        ranks = np.flatnonzero(column[order[i]] >= 0)
        ranks = ranks[: sites.size - units + 1]  # one of these is open
        forced = np.flatnonzero(is_forced[order[i, ranks]])
        ranks = ranks[: forced[0] + 1] if forced.size else ranks
        distances, first = np.unique(near[i, ranks], return_index=True)
        offset += weights[i] * distances[0]
        for group in range(distances.size - 1):
            starts.append(len(columns))
            members = column[order[i, ranks[first[group] : first[group + 1]]]]
            columns += [len(costs), *members.tolist()]
            values += [1.0] * (1 + members.size)
            if group:
                columns.append(len(costs) - 1)
                values.append(-1.0)
            least.append(0.0 if group else 1.0)
            costs.append(float(weights[i] * (distances[group + 1] - distances[group])))
            lower.append(0.0)
    return _packed(costs, lower, starts, columns, values, least, binaries=sites.size, offset=offset), sites


def _packed(
    costs: list[float],
    lower: list[float],
    starts: list[int],
    columns: list[int],
    values: list[float],
    least: list[float],
    *,
    binaries: int,
    offset: float,
) -> highspy.HighsLp:
    """Rows `least` <= row, the first one (how many sites) an equation; the first `binaries` columns are 0 or 1."""
    model = highspy.HighsLp()
    model.num_col_, model.num_row_, model.offset_ = len(costs), len(least), offset
    model.col_cost_, model.col_lower_ = np.array(costs), np.array(lower)
    model.col_upper_ = np.ones(len(costs))
    model.row_lower_ = np.array(least)
    model.row_upper_ = np.r_[least[0], np.full(len(least) - 1, INFINITE)]
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.array([*starts, len(columns)], np.int32)
    model.a_matrix_.index_, model.a_matrix_.value_ = np.array(columns, np.int32), np.array(values)
    kinds = [highspy.HighsVarType.kInteger] * binaries
    model.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * (len(costs) - binaries)
    return model
