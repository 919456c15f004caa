"""How shifts could lie: whole shifts of one length that cover an hourly need with the fewest staff hours.

Set covering by shifts goes back to G. B. Dantzig, "A comment on Edie's 'Traffic delays at toll booths'", Operations
Research 2 (1954). Solved as an integer programme by HiGHS; of the covers with the fewest hours one with few different
starting times is taken, because people have to learn them, and of those one near the usual hours of change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.queueing.lines import Ints

HOURS = 24
NODES = 300  # of the search for few starting times; the hours themselves are always the fewest
MOST_PEOPLE = 100_000
USUAL = (0, 8, 16)  # hours of change that people know
NIGHT, FAR = 0.01, 0.001  # what a start before six, or an hour's distance from the usual ones, counts beside a start


@dataclass(frozen=True, kw_only=True)
class Roster:
    """`starts` (groups, 24): how many begin a shift at each hour on a day of the group. `on_duty` (days, 24).

    `hours`: staff hours over all days, `needed` what an ideal without whole shifts would take. `is_simplest`: no cover
    with these hours has fewer starting times.
    """

    length_h: int
    starts: Ints
    on_duty: Ints
    hours: int
    needed: int
    is_simplest: bool


def cover(need: ArrayLike, *, length_h: int, groups: Sequence[int] | None = None) -> Roster:
    """`need` (days, 24) people, the last day followed by the first. `groups` (days,): days with one number have the
    same shifts (all of them when None). BadInput for needs that are no numbers of people and lengths beyond a day.
    """
    wanted = np.asarray(need)
    if wanted.ndim != 2 or wanted.shape[1] != HOURS or not np.all(wanted == np.floor(wanted)):
        raise BadInput("需要人数要按天、按 24 小时给出整数", "needs are whole numbers by day and hour", field="need")
    if np.any(wanted < 0) or np.any(wanted > MOST_PEOPLE):
        raise BadInput("需要人数超出范围", "needs out of range", field="need")
    if not 1 <= length_h <= HOURS or length_h != int(length_h):
        raise BadInput("班次长度为 1 到 24 小时", "a shift lasts 1 to 24 hours", field="length_h")
    group = np.zeros(len(wanted), np.int64) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    if len(group) != len(wanted):
        raise BadInput("每天一个组号", "one group a day", field="groups")
    covers = _covers(group, length_h)
    days_of = np.bincount(group)
    weight = np.repeat(days_of, HOURS).astype(np.float64)
    least = _solved(weight, [LinearConstraint(covers, lb=wanted.ravel())], top=float(wanted.max(initial=0)))
    starts, is_simplest = _simplest(covers, wanted, weight, round(float(weight @ least)), least)
    on_duty = np.rint(covers @ starts).astype(np.int64).reshape(wanted.shape)
    return Roster(
        length_h=length_h,
        starts=starts.reshape(-1, HOURS),
        on_duty=on_duty,
        hours=int(on_duty.sum()),
        needed=int(wanted.sum()),
        is_simplest=is_simplest,
    )


def _covers(group: Ints, length_h: int) -> Any:
    """(days · 24, groups · 24): whether somebody who begins at the column's hour is on duty in the row's."""
    hours = len(group) * HOURS
    row = np.repeat(np.arange(hours), length_h)
    begun = (row - np.tile(np.arange(length_h), hours)) % hours
    column = group[begun // HOURS] * HOURS + begun % HOURS
    return sparse.csr_array((np.ones(len(row)), (row, column)), shape=(hours, (int(group.max()) + 1) * HOURS))


def _solved(cost: Any, constraints: list[LinearConstraint], *, top: float) -> Ints:
    found = milp(cost, constraints=constraints, bounds=Bounds(0, top), integrality=np.ones(len(cost)))
    if found.x is None:
        raise RuntimeError(f"no cover found: {found.message}")
    return np.rint(found.x).astype(np.int64)


def _simplest(covers: Any, wanted: Ints, weight: Any, hours: int, known: Ints) -> tuple[Ints, bool]:
    """A cover with as few hours that begins at the fewest different times of day, and whether that is proved."""
    top = float(wanted.max(initial=0))
    if top == 0:
        return known, True
    many = len(weight)
    used = sparse.vstack([sparse.eye_array(HOURS)] * (many // HOURS)) * -top
    padded = sparse.hstack([covers, sparse.csr_array((covers.shape[0], HOURS))])
    found = milp(
        np.concatenate([np.zeros(many), _dislike()]),
        constraints=[
            LinearConstraint(padded, lb=wanted.ravel()),
            LinearConstraint(np.concatenate([weight, np.zeros(HOURS)])[None, :], ub=hours + 0.5),
            LinearConstraint(sparse.hstack([sparse.eye_array(many), used]), ub=0.0),
        ],
        bounds=Bounds(0, np.concatenate([np.full(many, top), np.ones(HOURS)])),
        integrality=np.ones(many + HOURS),
        options={"node_limit": NODES},
    )
    if found.x is None:
        return known, False
    return np.rint(found.x[:many]).astype(np.int64), bool(found.status == 0)


def _dislike() -> Any:
    """What each starting time counts (24,): one, and so little more that it only decides between equals."""
    hour = np.arange(HOURS)
    away = np.abs(hour[:, None] - np.array([*USUAL, HOURS]))
    return 1.0 + NIGHT * ((hour > 0) & (hour < 6)) + FAR * away.min(axis=1)
