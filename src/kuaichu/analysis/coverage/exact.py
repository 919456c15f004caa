"""The rest of the proof: what dual ascent leaves open, to HiGHS, without the sites that are already settled.

The model is the p-median in cumulated distances (Elloumi 2010): z[i, g] = 1 when no open site lies within the g-th
distance of point i. It has the bound of the classical model with far fewer entries, and covering is its case with two
distances.
"""

import highspy
import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.coverage.dual import Part, Question

INFINITE = highspy.kHighsInf


def solve(question: Question, part: Part, *, seconds: float) -> float:
    """No solution of the part costs less, nor less than the question's goal; `question` may learn better sites.

    Ends with the bound reached when `seconds` are over.
    """
    goal = question.goal
    model, sites = cumulated_model(question, part)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (
        ("output_flag", False),
        ("mip_rel_gap", question.wanted),
        ("mip_abs_gap", 0.999 * question.unit),
        ("time_limit", seconds),
    ):
        solver.setOptionValue(name, value)
    solver.passModel(model)
    solver.run()
    info = solver.getInfo()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return goal
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        question.improve(sites[np.asarray(solver.getSolution().col_value[: sites.size]) > 0.5])
    bound = info.mip_dual_bound if np.isfinite(info.mip_dual_bound) else 0.0
    return min(bound, goal)


def cumulated_model(question: Question, part: Part) -> tuple[highspy.HighsLp, NDArray[np.int64]]:
    """The model of the part, and the site of each of its first columns."""
    near, order, weights, units = question.near, question.order, question.weights, question.chosen.size
    sites, is_forced = np.flatnonzero(~part.closed), part.opened
    column = np.full(near.shape[1], -1, np.int64)
    column[sites] = np.arange(sites.size)
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
