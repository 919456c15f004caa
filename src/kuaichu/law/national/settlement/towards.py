"""The motor side's usual share towards a rider or pedestrian, by its grade and the place."""

from datetime import date

from kuaichu import law
from kuaichu.law.values import Value


def share_to_nonmotor(grade: str, *, is_parked: bool, on: date, place: str) -> Value:
    """The place's share; for a vehicle without liability that was parked lawfully a place may set its own."""
    if grade == "none" and is_parked:
        parked = law.find("share_to_nonmotor.parked_lawfully", on=on, place=place)
        if parked:
            return parked
    return law.value(f"share_to_nonmotor.{grade}", on=on, place=place)
