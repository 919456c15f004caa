"""Where things happen: points on the roads of the invented city, with the words that people say for them."""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from random import Random
from typing import Any

from kuaichu.analysis.network_files import read_network
from kuaichu.demo.map import FOLDER

Point = tuple[float, float]
LON_M, LAT_M = 96_300.0, 110_850.0  # metres a degree at the city's latitude
JUNCTIONS = 0.3  # share of what happens at junctions
CROSSING = "{}与{}路口"
NUMBER = ("{}{}号门前", "{}{}号附近", "{}{}号对面")


@dataclass(frozen=True)
class Spot:
    """A point (WGS-84) with the words for it and the road that the words begin with."""

    lon: float
    lat: float
    words: str
    road: str


@dataclass(frozen=True)
class Streets:
    """Junctions by the names that meet there with their danger, and pieces of road: name, one end, the other end."""

    junctions: tuple[Spot, ...]
    weights: tuple[float, ...]
    pieces: tuple[tuple[str, Point, Point], ...]

    def somewhere(self, dice: Random) -> Spot:
        """A junction more or less dangerous, or a point along a road."""
        if dice.random() < JUNCTIONS:
            return shifted(dice.choices(self.junctions, self.weights)[0], dice, spread_m=12.0)
        road, one, other = dice.choice(self.pieces)
        share = dice.random()
        lon, lat = (one[axis] + share * (other[axis] - one[axis]) for axis in (0, 1))
        words = dice.choice(NUMBER).format(road, dice.randint(1, 398))
        return shifted(Spot(lon, lat, words, road), dice, spread_m=9.0)


@lru_cache(maxsize=1)
def streets() -> Streets:
    """Read from the demonstration's map; the same for everybody."""
    network = read_network(FOLDER / "roads.geojson").as_roads()
    names: dict[int, set[str]] = defaultdict(set)
    pieces: list[tuple[str, Point, Point]] = []
    for link in range(network.links):
        road = str(network.name[link])
        for node in (int(network.from_node[link]), int(network.to_node[link])):
            names[node].add(road)
        part = slice(network.shape_start[link], network.shape_start[link + 1])
        ends = [(float(x), float(y)) for x, y in zip(network.shape_lon[part], network.shape_lat[part], strict=True)]
        pieces += [(road, one, other) for one, other in pairwise(ends)]
    junctions = [
        Spot(float(network.lon[node]), float(network.lat[node]), CROSSING.format(*roads), roads[0])
        for node, roads in sorted((node, sorted(found)[:2]) for node, found in names.items() if len(found) > 1)
    ]
    dice = dice_of("streets")
    return Streets(tuple(junctions), tuple(dice.lognormvariate(0, 0.7) for _ in junctions), tuple(pieces))


def dice_of(*parts: object) -> Random:
    """Chance that the same words always throw in the same way."""
    return Random(":".join(map(str, parts)))  # noqa: S311 - invents a city, keeps no secret


def crossing(near: tuple[float, float], dice: Random) -> Spot:
    """Close to the junction nearest to a point: what happens at one hot spot is spread over a hundred metres."""
    found = min(
        streets().junctions, key=lambda spot: ((spot.lon - near[0]) * LON_M) ** 2 + ((spot.lat - near[1]) * LAT_M) ** 2
    )
    return shifted(found, dice, spread_m=60.0)


def shifted(spot: Spot, dice: Random, *, spread_m: float) -> Spot:
    """The same words, some metres away."""
    lon = spot.lon + dice.gauss(0, spread_m) / LON_M
    return Spot(round(lon, 6), round(spot.lat + dice.gauss(0, spread_m) / LAT_M, 6), spot.words, spot.road)


def unit_of(spot: Spot, rows: list[dict[str, Any]]) -> tuple[str, str]:
    """Code of the unit and of the district that a point belongs to."""
    for row in rows:
        west, south, east, north = row["box"]
        if west <= spot.lon < east and south <= spot.lat < north:
            return str(row["unit"]), str(row["district"])
    return str(rows[0]["unit"]), str(rows[0]["district"])
