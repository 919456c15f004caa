"""The definitions 指标口径: each figure with its numerator and denominator, as filters over the stored calls.

`counts` and `of` are conditions of `events.Wanted`; a figure without `of` is a count, with it a percentage.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kuaichu.calls.states import Category, Validity


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure. `zh`, `en`: its name; `words_zh`, `words_en`: the definition in a sentence."""

    code: str
    zh: str
    en: str
    words_zh: str
    words_en: str
    counts: Mapping[str, Any] = field(default_factory=dict)
    of: Mapping[str, Any] | None = None


def _class(code: Category, zh: str, en: str) -> Figure:
    return Figure(
        code=f"calls.{code.value}",
        zh=f"{zh}类警情",
        en=f"{en} calls",
        words_zh=f"有效警情中类别为“{zh}”的件数，以处理后反馈的类别为准。",
        words_en=f"Valid calls of class {en.lower()}; the class fed back after handling wins.",
        counts={"categories": (code.value,)},
    )


_ALL = (
    Figure(
        code="calls.valid",
        zh="有效警情",
        en="Valid calls",
        words_zh="期内接到的警情，不含无效警情和同一事件的多人报警；同一诉求再次报警算有效警情。",
        words_en="Calls received, without invalid ones and further callers about a known event; repeats do count.",
    ),
    _class(Category.ACCIDENT, "事故", "Accident"),
    _class(Category.ORDER, "秩序", "Order"),
    _class(Category.OTHER, "其他", "Other"),
    Figure(
        code="calls.repeat",
        zh="重复警情",
        en="Repeat calls",
        words_zh="有效警情中，经人工确认与更早的警情是同一诉求的件数；第一次报警不算重复。",
        words_en="Valid calls confirmed by a person to be about an earlier call's matter; the first is not counted.",
        counts={"is_repeat": True},
    ),
    Figure(
        code="calls.repeat_rate",
        zh="重复率",
        en="Repeat rate",
        words_zh="重复警情 ÷ 有效警情。",
        words_en="Repeat calls ÷ valid calls.",
        counts={"is_repeat": True},
        of={},
    ),
    Figure(
        code="calls.duplicate",
        zh="同一事件多人报警",
        en="Further callers about one event",
        words_zh="并入另一起警情、不另计有效警情的件数。",
        words_en="Calls joined to another one about the same event; not counted as valid.",
        counts={"validity": Validity.DUPLICATE.value},
    ),
    Figure(
        code="calls.invalid",
        zh="无效警情",
        en="Invalid calls",
        words_zh="骚扰、误拨等不计入有效警情的件数。",
        words_en="Prank, misdialled and other calls that do not count.",
        counts={"validity": Validity.INVALID.value},
    ),
    Figure(
        code="calls.unlocated",
        zh="无法定位",
        en="Without a place",
        words_zh="没有可用坐标的有效警情：计入数量，不画在地图上。",
        words_en="Valid calls without usable coordinates: counted, not drawn on maps.",
        counts={"is_located": False},
    ),
    Figure(
        code="calls.located_rate",
        zh="定位率",
        en="Located share",
        words_zh="有坐标的有效警情 ÷ 有效警情。",
        words_en="Valid calls with coordinates ÷ valid calls.",
        counts={"is_located": True},
        of={},
    ),
)

FIGURES: Mapping[str, Figure] = {figure.code: figure for figure in _ALL}
COMPARISONS = (
    (
        "同比",
        "（本期 − 上年同期）÷ 上年同期；本期还没有结束的，上年也只取同样的天数（当天取同样的时刻）",
        "Year on year",
        "(this period − same dates a year before) ÷ those; while the period runs, of both only as many days or hours",
    ),
    (
        "环比",
        "（本期 − 上期）÷ 上期；月对上一个自然月，周和日对前一周、前一日；本期还没有结束的，上期也只取同样的天数或时刻",
        "Period on period",
        "(this period − the one before) ÷ that; a month against the calendar month before; while it runs, of both only"
        " as many days or hours",
    ),
)
