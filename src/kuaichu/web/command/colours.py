"""The one ramp of the desk, light yellow to dark red, for maps and charts."""

from functools import lru_cache

STEPS = 64


@lru_cache(maxsize=1)
def ramp() -> tuple[str, ...]:
    """STEPS colours as rrggbb."""
    from kuaichu.analysis.heat.picture import ramp as colours

    return tuple(bytes(row).hex() for row in colours(STEPS))


def ramp_text() -> str:
    """For the script: the colours one behind the other."""
    return "".join(ramp())


def colour(part: float) -> str:
    """#rrggbb for 0..1."""
    return f"#{ramp()[round(max(0.0, min(part, 1.0)) * (STEPS - 1))]}"


def is_dark(part: float) -> bool:
    """Whether white letters read better on it."""
    return part > 0.55
