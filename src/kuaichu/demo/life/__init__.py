"""What the demonstration's city has lived through, and how it goes on: calls invented from a seed, nobody's own."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kuaichu.demo.life.going_on import City


def begin() -> "City":
    """Bring in the weeks that are missing up to now, and what people did in them at the first time.

    Raises Refused("demo.only") outside the demonstration.
    """
    from kuaichu import clock
    from kuaichu.demo.city import city
    from kuaichu.demo.life import desks, past, weeks
    from kuaichu.demo.life.going_on import City
    from kuaichu.demo.life.kept import the_book

    place_code = city()["place"]["code"]
    weeks.live_through(place_code, until=clock.now() - weeks.FRESH)
    life = weeks.known()
    assert life is not None
    desks.fill(place_code, first=life.first, seed=life.seed)
    past.fill(place_code, the_book())
    return City(place_code, seed=life.seed)
