"""The figures of a plan in words: the fields of the form, and where each figure comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from kuaichu.analysis.queueing import assumptions
from kuaichu.errors import Refused
from kuaichu.governance import planning
from kuaichu.web.command.charts import WEEKDAYS

Words = str | Promise

# name -> what it is called, its unit
NAMES: dict[str, tuple[Words, Words]] = {
    "promise_s": (_("线上撤离时限"), _("分钟")),
    "promise_share": (_("按时撤离的目标"), "%"),
    "reach_s": (_("到场时限"), _("分钟")),
    "reach_share": (_("按时赶到的目标"), "%"),
    "field_share": (_("需要有人到场的"), "%"),
    "seat_s": (_("坐席办一起"), _("分钟")),
    "own_median_s": (_("当事人自己操作"), _("分钟")),
    "on_scene_s": (_("到场后办一起"), _("分钟")),
    "rider_m_s": (_("骑手平均速度"), _("公里/小时")),
    "demand": (_("按现有需求的"), "%"),
    "shift_h": (_("一班"), _("小时")),
    "week_hours": (_("每人每周在岗"), _("小时")),
}
# What stands behind a plan besides, and is not asked.
BEHIND: dict[str, tuple[Words, Words]] = {
    "own_spread": (_("当事人用时的离散程度（σ）"), ""),
    "detour": (_("道路比直线长"), _("倍")),
}
GROUPS: tuple[tuple[Words, tuple[str, ...]], ...] = (
    (_("承诺"), ("promise_s", "promise_share", "reach_s", "reach_share")),
    (_("办理"), ("field_share", "seat_s", "own_median_s", "on_scene_s", "rider_m_s")),
    (_("需求和班次"), ("demand", "shift_h", "week_hours")),
)
MEASURABLE = {"field_share", "seat_s", "own_median_s", "on_scene_s"}
GROUP_NAMES: dict[str, tuple[Words, ...]] = {
    "same": (_("每天"),),
    "weekend": (_("周一至周五"), _("周六、周日")),
    "each": WEEKDAYS,
}
SOURCES: dict[str, Words] = {"given": _("您填的"), "measured": _("实测"), "assumed": _("假设")}
MEASURED: dict[str, Words] = {
    "field_share": _("有效警情里，没有在线上办到可以撤离的"),
    "seat_s": _("从材料交齐（或该民警办完上一起）到答复，合计每案；含反应时间"),
    "own_median_s": _("从报案到可以撤离，减去等民警审核的时间，中位数"),
    "own_spread": _("从报案到可以撤离，减去等民警审核的时间，对数的标准差"),
    "on_scene_s": _("从到场到处理完，平均"),
}


@dataclass(frozen=True, kw_only=True)
class Input:
    """A field of the form. `usual`: what counts when it stays empty, if that is known."""

    name: str
    label: Words
    unit: Words
    value: str
    usual: str
    hint: str
    wrong: Refused | None


def inputs(
    settings: Mapping[str, Any] | None, given: Mapping[str, Any], wrong: Mapping[str, Refused]
) -> list[tuple[Words, list[Input]]]:
    """The fields in their groups; `settings`: of the plan that is shown."""
    return [
        (title, [_input(name, settings, given, wrong) for name in names])
        for title, names in GROUPS
    ]  # fmt: skip


def _input(
    name: str, settings: Mapping[str, Any] | None, given: Mapping[str, Any], wrong: Mapping[str, Refused]
) -> Input:
    known = settings["known"][name] if settings else None
    usual = known["value"] if known and known["source"] != "given" else planning.assumed(name)
    hint = _hint(known) if name in MEASURABLE else ""
    return Input(
        name=name,
        label=NAMES[name][0],
        unit=NAMES[name][1],
        value=str(given.get(name, "")),
        usual=number(planning.BY_NAME[name].shown(usual)),
        hint=hint,
        wrong=wrong.get(name),
    )


def _hint(known: Mapping[str, Any] | None) -> str:
    if known is None or known["source"] == "given":
        return gettext("留空先用实测")
    if known["source"] == "measured":
        return gettext("实测 %(count)s 起") % {"count": f"{known['over']:,}"}
    return gettext("案件太少，用假设")


def number(value: float) -> str:
    """With at most one digit behind the point."""
    return f"{value:.1f}".removesuffix(".0")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One figure behind the plan."""

    name: Words
    value: str
    source: str
    source_words: Words
    words: str


def fact_of(name: str, known: Mapping[str, Any]) -> Fact:
    """`known`: as a run's settings keep a figure."""
    label, unit = (NAMES | BEHIND)[name]
    field = planning.BY_NAME.get(name)
    words = ""
    if known["source"] == "measured":
        words = gettext("%(count)s 起：%(what)s") % {"count": f"{known['over']:,}", "what": MEASURED[name]}
    elif known["source"] == "assumed":
        words = _assumption(name)
    return Fact(
        name=label,
        value=f"{number(field.shown(known['value']) if field else known['value'])}{'' if unit == '%' else ' '}{unit}",
        source=known["source"],
        source_words=SOURCES[known["source"]],
        words=words,
    )


def _assumption(name: str) -> str:
    if name == "demand":
        return gettext("和这段时间一样多")
    if name == "shift_h":
        return gettext("常用的班次")
    known = assumptions()["online_share" if name == "field_share" else name]
    return known.en if (get_language() or "").startswith("en") else known.zh
