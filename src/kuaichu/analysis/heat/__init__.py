"""Density maps: events per square metre at the centres of a raster's pixels, exact, at once or event by event."""

from kuaichu.analysis.heat.living import LivingHeat
from kuaichu.analysis.heat.maps import Heat, heat
from kuaichu.analysis.heat.raster import Raster

__all__ = ["Heat", "LivingHeat", "Raster", "heat"]
