"""Space-time permutation scan: is something new going on, where, since when, and could it be chance?"""

from kuaichu.analysis.scan.permutation import Cluster, Scan, permutation_scan
from kuaichu.analysis.scan.zones import on_sphere

__all__ = ["Cluster", "Scan", "on_sphere", "permutation_scan"]
