"""Towns with named roads for generated calls: where things happen, what people call the place, how crowded it is.

Nothing is taken from a real map. A town is a jittered grid of roads, a junction or stretch of road has a log-normal
danger, a long road is named by sections, some roads have a second name.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
STEMS = [
    "人民",
    "解放",
    "中兴",
    "胜利",
    "建国",
    "中山",
    "环城",
    "和平",
    "建设",
    "文化",
    "体育",
    "学院",
    "凤凰",
    "金山",
    "银桥",
    "梅龙",
    "香樟",
    "云栖",
    "兴业",
    "朝阳",
    "东湖",
    "西园",
    "南苑",
    "北辰",
    "育才",
    "富民",
    "创业",
    "科技",
    "工业",
    "青年",
    "团结",
    "友谊",
    "光明",
    "振兴",
    "长虹",
    "新华",
    "民生",
    "世纪",
    "滨江",
    "临湖",
    "望海",
    "龙腾",
    "虎山",
    "鹤鸣",
    "松林",
    "竹园",
    "莲花",
    "桂花",
    "紫荆",
    "玉兰",
    "海棠",
    "丹霞",
    "洋泾",
    "百丈",
    "天童",
    "镜水",
    "群贤",
    "二环",
    "三环",
    "渔港",
    "稻香",
    "育贤",
    "阳明",
    "会源",
    "洋江",
    "城南",
    "城北",
    "城东",
    "城西",
    "站前",
    "港务",
    "机场",
    "物流",
    "新区",
    "老街",
    "码头",
    "河埠",
    "石桥",
    "大桥",
    "古塘",
    "新塘",
    "横街",
    "直街",
    "后街",
    "前街",
    "仓前",
    "谷场",
    "织锦",
    "染坊",
    "茶亭",
    "盐仓",
]
SUFFIXES = ("路", "路", "路", "街", "大道")
SPACING_M = 450.0
DANGER_SIGMA = 1.2
SECTIONED = 0.35  # roads named 东路/西路 or 南路/北路
WITH_ALIAS = 0.12
TAXI_RANKS = 3  # per town: stations, hospitals


@dataclass(frozen=True, kw_only=True)
class Town:
    """Centre in metres; `across`, `along`: road positions (x of north-south roads, y of east-west ones), relative."""

    x: float
    y: float
    share: float
    across: Floats
    along: Floats
    names_across: list[tuple[str, str]]
    names_along: list[tuple[str, str]]
    aliases: dict[str, str]
    danger: Floats
    ranks: NDArray[np.int64]

    def name(self, *, is_across: bool, road: int, at: float) -> str:
        """What the road is called at that place (metres along it from the centre)."""
        first, second = (self.names_across if is_across else self.names_along)[road]
        return first if at < 0 else second


def make_town(rng: np.random.Generator, *, x: float, y: float, share: float, half_m: float) -> Town:
    roads = max(4, int(2 * half_m / SPACING_M))
    across, along = (_positions(rng, roads, half_m) for _ in range(2))
    stems = [STEMS[i] + SUFFIXES[j] for j in (0, 3, 4) for i in rng.permutation(len(STEMS))]
    stems += [f"{STEMS[i]}{n}路" for n in "一二三四五六七八九" for i in rng.permutation(len(STEMS))]
    fresh = iter(stems)
    names_across = [_named(rng, next(fresh), "南北") for _ in range(roads)]
    names_along = [_named(rng, next(fresh), "西东") for _ in range(roads)]
    aliases: dict[str, str] = {}
    for pair in names_across + names_along:
        if rng.random() < WITH_ALIAS:
            alias = next(fresh) if rng.random() < 0.5 else f"{rng.choice(['G', 'S'])}{rng.integers(100, 400)}"
            aliases |= dict.fromkeys(pair, alias)
    away = np.hypot(across[:, None], along[None, :]) / half_m
    danger = rng.lognormal(0, DANGER_SIGMA, (roads, roads)) * np.exp(-1.2 * away)
    ranks = rng.choice(roads * roads, TAXI_RANKS, p=(danger / danger.sum()).ravel())
    return Town(
        x=x, y=y, share=share, across=across, along=along, names_across=names_across, names_along=names_along,
        aliases=aliases, danger=danger / danger.sum(), ranks=ranks,
    )  # fmt: skip


def _positions(rng: np.random.Generator, roads: int, half_m: float) -> Floats:
    gaps = rng.lognormal(0, 0.4, roads)
    return (np.cumsum(gaps) / gaps.sum() * 2 - 1) * half_m


def _named(rng: np.random.Generator, name: str, sections: str) -> tuple[str, str]:
    if rng.random() >= SECTIONED or name.endswith("大道") or len(name) > 3:
        return name, name
    return name[:2] + sections[0] + name[2:], name[:2] + sections[1] + name[2:]


def city(rng: np.random.Generator) -> list[Town]:
    """One core and five county towns; the core has 28 % of the calls and about three a day on each square kilometre."""
    shares = (0.28, 0.20, 0.18, 0.14, 0.12, 0.08)
    towns = []
    for number, share in enumerate(shares):
        angle, away = number * 1.26, 0.0 if number == 0 else rng.uniform(22_000, 45_000)
        half_m = float(np.sqrt(1066 * share / 3) * 500)
        towns.append(
            make_town(rng, x=away * np.cos(angle), y=away * np.sin(angle), share=share, half_m=half_m)
        )  # fmt: skip
    return towns


def province(rng: np.random.Generator, *, per_day: float = 100_000, density: float = 10.0) -> list[Town]:
    """21 prefectures of unequal size in 600 by 400 km, four towns each; `density` calls a day on a square kilometre."""
    sizes = 1 / np.arange(1, 22) ** 0.8
    towns = []
    for size in sizes / sizes.sum():
        x, y = rng.uniform(0, 600_000), rng.uniform(0, 400_000)
        for number, part in enumerate((0.55, 0.2, 0.15, 0.1)):
            share = float(size * part)
            half_m = float(np.sqrt(per_day * share / density) * 500)
            away, angle = (0.0, 0.0) if number == 0 else (rng.uniform(25_000, 60_000), rng.uniform(0, 6.28))
            place = (x + away * np.cos(angle), y + away * np.sin(angle))
            towns.append(make_town(rng, x=place[0], y=place[1], share=share, half_m=half_m))
    return towns
