"""Where to stand: k units on m sites for n demand points, hour by hour, with proof and with moves."""

from kuaichu.analysis.coverage.day import Day, day_plan, hourly
from kuaichu.analysis.coverage.reach import Reach, between, reach, straight
from kuaichu.analysis.coverage.siting import Siting, max_cover, p_median

__all__ = ["Day", "Reach", "Siting", "between", "day_plan", "hourly", "max_cover", "p_median", "reach", "straight"]
