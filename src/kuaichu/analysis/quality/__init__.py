"""Before any analysis: which places and times should not be believed, and do the points lie beside the roads?"""

from kuaichu.analysis.quality.datum import DatumShift, datum_shift
from kuaichu.analysis.quality.places import PlaceFlag, PlaceQuality, Stack, check_places
from kuaichu.analysis.quality.times import Hole, TimeFlag, TimeQuality, check_times

__all__ = [
    "DatumShift",
    "Hole",
    "PlaceFlag",
    "PlaceQuality",
    "Stack",
    "TimeFlag",
    "TimeQuality",
    "check_places",
    "check_times",
    "datum_shift",
]
