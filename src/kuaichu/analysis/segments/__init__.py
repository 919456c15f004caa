"""Events along roads: the nearest road of every point, counts per segment, density along the network."""

from kuaichu.analysis.segments.roads import Segments, segments
from kuaichu.analysis.segments.snapping import Snapped, Snapper

__all__ = ["Segments", "Snapped", "Snapper", "segments"]
