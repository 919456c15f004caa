"""A city differs in numbers, words and partners, never in code: no place is named in code or templates."""

import re
from pathlib import Path

from tests.style import reading

# Provincial capitals, the municipalities, and the places whose rules the product carries.
PLACES = [
    "北京",
    "上海",
    "天津",
    "重庆",
    "石家庄",
    "太原",
    "呼和浩特",
    "沈阳",
    "长春",
    "哈尔滨",
    "南京",
    "杭州",
    "合肥",
    "福州",
    "南昌",
    "济南",
    "郑州",
    "武汉",
    "长沙",
    "广州",
    "南宁",
    "海口",
    "成都",
    "贵阳",
    "昆明",
    "拉萨",
    "西安",
    "兰州",
    "西宁",
    "银川",
    "乌鲁木齐",
    "深圳",
    "厦门",
    "宁波",
    "青岛",
    "大连",
    "苏州",
    "无锡",
    "绍兴",
    "温州",
    "嘉兴",
    "金华",
    "义乌",
    "东莞",
    "佛山",
    "珠海",
    "徐州",
    "泉州",
    "烟台",
    "洛阳",
    "诸暨",
    "枫桥",
]
LATIN = [
    "Beijing",
    "Tianjin",
    "Chongqing",
    "Guangzhou",
    "Shenzhen",
    "Hangzhou",
    "Ningbo",
    "Shaoxing",
    "Nanjing",
    "Wuhan",
    "Chengdu",
    "Suzhou",
    "Qingdao",
    "Xiamen",
]
PATTERN = re.compile("|".join([*PLACES, *(rf"\b{word}\b" for word in LATIN)]))
# Where places are data: the law's values, and the invented world of the demonstration.
DATA = ("src/kuaichu/law/", "src/kuaichu/demo/", "demo/", "docs/", "simulator/data/")


def named(text: str) -> set[str]:
    return set(PATTERN.findall(text))


def is_code(path: Path) -> bool:
    return not reading.is_test(path) and not reading.name(path).startswith(DATA)


def test_code_and_templates_name_no_place():
    paths = [path for path in reading.files(".py", ".html", ".js", ".typ", ".po", ".txt") if is_code(path)]
    found = {reading.name(path): named(path.read_text()) for path in paths}
    assert len(paths) > 20
    assert {path: names for path, names in found.items() if names} == {}


def test_a_named_place_is_found():
    assert named('if place.name == "杭州市":') == {"杭州"}
    assert named("# as in Shaoxing") == {"Shaoxing"}
    assert named('TIME_ZONE = "Asia/Shanghai"') == set()
