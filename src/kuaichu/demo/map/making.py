"""Draws the invented city's map: two districts and their roads, the same for the same seed.

`python -m kuaichu.demo.map.making` writes boundary.geojson and roads.geojson beside this file. Streets run in a bent
grid around a river; every crossing is a vertex of both roads, so the network is connected where they meet.
"""

import json
from itertools import pairwise
from math import cos, pi, sin
from pathlib import Path
from random import Random
from typing import Any

from kuaichu.demo.map import FOLDER

SEED = 3399
CENTRE = (120.5012, 29.9987)
COLUMNS, ROWS = 22, 18  # streets north-south, east-west
STEP_LON, STEP_LAT = 0.0083, 0.0072  # some 800 m
DIGITS = 5
NORTH_SOUTH = [
    "环城西路", "望湖路", "西苑路", "竹园路", "学府街", "文华路", "西桥街", "平安路", "河西大道", "青藤路", "解放路",
    "中兴路", "迎春路", "环城东路", "东园路", "银杏路", "创新路", "云帆路", "科技大道", "会展路", "东江路", "外环东路",
]  # fmt: skip
EAST_WEST = [
    "南环路", "越溪路", "茶亭路", "南苑路", "工业路", "和畅路", "湖塘路", "南门街", "建设路", "人民路", "市民大道",
    "府前街", "北海路", "兰桥路", "凤仪路", "北辰路", "银桥路", "北环路",
]  # fmt: skip
MAIN = {"解放路", "环城东路", "环城西路", "人民路", "建设路", "科技大道", "市民大道", "河西大道", "南环路", "北环路"}

Point = tuple[float, float]


def crossings(random: Random) -> list[list[Point]]:
    """The grid's crossings by row (south to north) and column (west to east), bent and shaken."""
    west = CENTRE[0] - STEP_LON * (COLUMNS - 1) / 2
    south = CENTRE[1] - STEP_LAT * (ROWS - 1) / 2
    grid = []
    for row in range(ROWS):
        line = []
        for column in range(COLUMNS):
            x, y = column / (COLUMNS - 1) * 2 - 1, row / (ROWS - 1) * 2 - 1
            bend_lon = 0.0035 * sin(pi * y) * (1 - x * x)
            bend_lat = 0.0040 * cos(pi * x) * (1 - 0.5 * y * y)
            lon = west + STEP_LON * column + bend_lon + random.gauss(0, 0.0006)
            lat = south + STEP_LAT * row + bend_lat + random.gauss(0, 0.0005)
            line.append((lon, lat))
        grid.append(line)
    return grid


def drawn(points: list[Point], random: Random) -> list[list[float]]:
    """A road through the crossings, with two bends between each two of them."""
    line: list[list[float]] = []
    for (x0, y0), (x1, y1) in pairwise(points):
        line.append([round(x0, DIGITS), round(y0, DIGITS)])
        for part in (1 / 3, 2 / 3):
            shift = random.gauss(0, 0.00016)
            lon, lat = x0 + part * (x1 - x0) - shift * (y1 - y0) * 90, y0 + part * (y1 - y0) + shift * (x1 - x0) * 90
            line.append([round(lon, DIGITS), round(lat, DIGITS)])
    return [*line, [round(points[-1][0], DIGITS), round(points[-1][1], DIGITS)]]


def road(name: str, line: list[list[float]]) -> dict[str, Any]:
    facts = {"name": name, "class": "main" if name in MAIN else "street", "maxspeed": 60 if name in MAIN else 40}
    return {"type": "Feature", "properties": facts, "geometry": {"type": "LineString", "coordinates": line}}


def roads() -> dict[str, Any]:
    """Every street as one line; minor streets end before the city does."""
    random = Random(SEED)  # noqa: S311 - a drawing, not a secret
    grid = crossings(random)
    features = []
    for row, name in enumerate(EAST_WEST):
        cut = 0 if name in MAIN else random.randint(0, 4)
        features.append(road(name, drawn(grid[row][cut : COLUMNS - random.randint(0, cut + 1)], random)))
    for column, name in enumerate(NORTH_SOUTH):
        cut = 0 if name in MAIN else random.randint(0, 3)
        line = [grid[row][column] for row in range(cut, ROWS - random.randint(0, cut))]
        features.append(road(name, drawn(line, random)))
    return {"type": "FeatureCollection", "features": features}


def districts() -> dict[str, Any]:
    """West and east of a line that follows the river."""
    random = Random(SEED + 1)  # noqa: S311 - as above
    half_lon, half_lat = STEP_LON * (COLUMNS / 2 + 1.0), STEP_LAT * (ROWS / 2 + 0.9)
    ring = []
    for step in range(72):
        angle = 2 * pi * step / 72
        edge = max(abs(cos(angle)), abs(sin(angle))) ** 0.72
        reach = (1 + 0.03 * sin(5 * angle) + random.gauss(0, 0.010)) / edge
        ring.append((CENTRE[0] + half_lon * cos(angle) * reach, CENTRE[1] + half_lat * sin(angle) * reach))
    river = [(CENTRE[0] - 0.004 + 0.007 * sin(part * 5), 0.0) for part in (step / 24 for step in range(25))]
    north, south = ring[18], ring[54]
    river = [(lon, south[1] + (north[1] - south[1]) * step / 24) for step, (lon, _) in enumerate(river)]
    river[0], river[-1] = south, north
    east = [*ring[54:], *ring[:19], *reversed(river[1:-1])]
    west = [*ring[18:55], *river[1:-1]]
    return {
        "type": "FeatureCollection",
        "features": [area("339902", "东城区", east), area("339903", "西城区", west)],
    }


def area(code: str, name: str, ring: list[Point]) -> dict[str, Any]:
    line = [[round(lon, DIGITS), round(lat, DIGITS)] for lon, lat in [*ring, ring[0]]]
    facts = {"code": code, "name": name}
    return {"type": "Feature", "properties": facts, "geometry": {"type": "Polygon", "coordinates": [line]}}


def write(folder: Path = FOLDER) -> None:
    for name, content in (("boundary", districts()), ("roads", roads())):
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        (folder / f"{name}.geojson").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    write()
