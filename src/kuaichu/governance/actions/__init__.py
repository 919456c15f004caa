"""What people do at the governance desk: hot-spot files and task orders."""

from kuaichu.governance.actions.files import (
    add_measure,
    adopt_plan,
    close_file,
    end_measure,
    evaluate,
    open_file,
    reopen_file,
)
from kuaichu.governance.actions.orders import Problem, check, close_order, days_of, issue, most_points, report, sign_for

__all__ = [
    "Problem",
    "add_measure",
    "adopt_plan",
    "check",
    "close_file",
    "close_order",
    "days_of",
    "end_measure",
    "evaluate",
    "issue",
    "most_points",
    "open_file",
    "reopen_file",
    "report",
    "sign_for",
]
