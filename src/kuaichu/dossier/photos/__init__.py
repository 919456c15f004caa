"""What a photo must show, what it is, and what it says of itself. Nothing here writes."""

from kuaichu.dossier.photos.facts import Claims, Limits, PhotoFacts, limits_at
from kuaichu.dossier.photos.hints import HINTS
from kuaichu.dossier.photos.intake import Intake, inspect
from kuaichu.dossier.photos.slots import RETAKE_REASONS, SLOTS, Slots, slots_at

__all__ = [
    "HINTS",
    "RETAKE_REASONS",
    "SLOTS",
    "Claims",
    "Intake",
    "Limits",
    "PhotoFacts",
    "Slots",
    "inspect",
    "limits_at",
    "slots_at",
]
