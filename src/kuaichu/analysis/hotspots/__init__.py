"""Hot spots: which cells have more than chance would give, and which can be expected to stay dangerous."""

from kuaichu.analysis.hotspots.bayes import Expectation, empirical_bayes
from kuaichu.analysis.hotspots.cells import Cells, grid_cells, h3_cells
from kuaichu.analysis.hotspots.discoveries import Marks, adjusted, marked, patterns
from kuaichu.analysis.hotspots.local import Local, local_statistic
from kuaichu.analysis.hotspots.neighbours import Neighbours

__all__ = [
    "Cells",
    "Expectation",
    "Local",
    "Marks",
    "Neighbours",
    "adjusted",
    "empirical_bayes",
    "grid_cells",
    "h3_cells",
    "local_statistic",
    "marked",
    "patterns",
]
