"""The invented city's map: boundary.geojson and roads.geojson, drawn by `making`."""

from pathlib import Path

FOLDER = Path(__file__).parent


def lay_out(place_code: str) -> None:
    """Take the map in as `./kuaichu import map` would, once."""
    from kuaichu.governance import maps

    if maps.thin(place_code, "roads") is None:
        for kind in maps.KINDS:
            maps.take(place_code=place_code, path=FOLDER / f"{kind}.geojson")
