"""Every figure of the governance desk in one place: what is counted, over which days, against what, how."""

from kuaichu.governance.figures.changes import Change, Share, compare
from kuaichu.governance.figures.definitions import FIGURES, Figure
from kuaichu.governance.figures.periods import Period, day_of, month_of, period_of, week_of

__all__ = ["FIGURES", "Change", "Figure", "Period", "Share", "compare", "day_of", "month_of", "period_of", "week_of"]
