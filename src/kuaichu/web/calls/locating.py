"""Where a call is, from words: crossings and roads of the place's own map. No map: no suggestions, typing still works.

A crossing is a point that streets of two names share. Of one road alone only its middle is known, which is rough, so a
person must choose it; a crossing whose two names are both typed is taken by itself.
"""

import re
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kuaichu.analysis.networks import Network
from kuaichu.calls.states import Position
from kuaichu.governance import maps

MOST_SPOTS = 6
LEAST_LETTERS = 1
_BETWEEN = re.compile(r"[与和跟、/\s]|路口|交叉口|口$")


@dataclass(frozen=True)
class Spot:
    """A place that the words may mean. `label` is an address as people write it, in Chinese on every page.

    `is_certain`: both roads of a crossing were named.
    """

    label: str
    road: str
    lon_wgs84: float
    lat_wgs84: float
    position: str
    is_certain: bool = False


@dataclass(frozen=True)
class _Roads:
    network: Network
    crossings: dict[str, dict[str, tuple[float, float]]]
    middles: dict[str, tuple[float, float]]


_known: dict[str, _Roads] = {}
_lock = threading.Lock()


def spots(place_code: str, text: str, *, most: int = MOST_SPOTS) -> list[Spot]:
    """What the words may mean, the likeliest first."""
    roads = _roads_of(place_code)
    text = text.strip()
    if roads is None or len(text) <= LEAST_LETTERS:
        return []
    named = _named(roads, text)
    rest = text
    for name in named:
        rest = rest.replace(name, "", 1)
    rest = _BETWEEN.sub("", rest)
    middles = list(_middles(roads, named, rest))[: most // 2]
    return [*list(_crossings(roads, named, rest))[: most - len(middles)], *middles]


def certain(place_code: str, text: str) -> Spot | None:
    """The crossing that the words name, when they name one."""
    return next((spot for spot in spots(place_code, text) if spot.is_certain), None)


def road_named(place_code: str, text: str) -> str:
    """The first road of the place that the words name; empty when they name none."""
    roads = _roads_of(place_code)
    return next(iter(_named(roads, text)), "") if roads else ""


def _named(roads: _Roads, text: str) -> list[str]:
    """Roads in the order in which the text names them; of two at one spot the longer name."""
    found: dict[int, str] = {}
    for name in roads.middles:
        at = text.find(name)
        if at >= 0 and len(name) > len(found.get(at, "")):
            found[at] = name
    whole = [found[at] for at in sorted(found)]
    return [name for name in whole if not any(name != other and name in other for other in whole)]


def _crossings(roads: _Roads, named: list[str], rest: str) -> Iterable[Spot]:
    if len(named) > 1 and (point := roads.crossings[named[0]].get(named[1])):
        yield _crossing(named[0], named[1], point, is_certain=True)
        return
    if not named:
        return
    others = roads.crossings[named[0]]
    wanted = [name for name in others if not rest or name.startswith(rest)]
    for name in sorted(wanted, key=lambda name: (len(name), name)):
        yield _crossing(named[0], name, others[name])


def _crossing(road: str, other: str, point: tuple[float, float], *, is_certain: bool = False) -> Spot:
    return Spot(f"{road}与{other}路口", road, *point, Position.EXACT, is_certain)


def _middles(roads: _Roads, named: list[str], rest: str) -> Iterable[Spot]:
    begun = [name for name in roads.middles if rest and not named and name.startswith(rest)]
    for name in [*named, *sorted(begun, key=lambda name: (len(name), name))]:
        yield Spot(name, name, *roads.middles[name], Position.APPROXIMATE)


def _roads_of(place_code: str) -> _Roads | None:
    network = maps.network(place_code)
    if network is None:
        return None
    with _lock:
        known = _known.get(place_code)
        if known is None or known.network is not network:
            known = _known[place_code] = _read(network)
        return known


def _read(network: Network) -> _Roads:
    names_at: dict[int, set[str]] = defaultdict(set)
    links_of: dict[str, list[int]] = defaultdict(list)
    for link, name in enumerate(network.name):
        if name:
            names_at[int(network.from_node[link])].add(str(name))
            names_at[int(network.to_node[link])].add(str(name))
            links_of[str(name)].append(link)
    crossings: dict[str, dict[str, tuple[float, float]]] = {name: {} for name in links_of}
    for node, names in names_at.items():
        for name in names:
            for other in names - {name}:
                crossings[name].setdefault(other, (float(network.lon[node]), float(network.lat[node])))
    middles = {name: _middle(network, links) for name, links in links_of.items()}
    return _Roads(network, crossings, middles)


def _middle(network: Network, links: list[int]) -> tuple[float, float]:
    node = int(network.to_node[links[len(links) // 2]])
    return float(network.lon[node]), float(network.lat[node])
