"""Whom to send: the nearest units by road time, and the best assignment of several units to several incidents."""

from kuaichu.analysis.dispatch.assignment import Assignment, assigned
from kuaichu.analysis.dispatch.nearest import Nearest, nearest, nearest_everywhere, travel_seconds
from kuaichu.analysis.dispatch.routes import Routes, Snapped, routes, snapped

__all__ = [
    "Assignment",
    "Nearest",
    "Routes",
    "Snapped",
    "assigned",
    "nearest",
    "nearest_everywhere",
    "routes",
    "snapped",
    "travel_seconds",
]
