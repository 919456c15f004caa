"""The calls behind a number: every figure of the desk opens here, with the condition under which it was counted.

Who sees only a part of the place gets only those of its calls that are the own ones, and is told how many there are.
"""

import io
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from kuaichu import clock
from kuaichu.accounts.models import Agency, Place
from kuaichu.calls.classes import CLASSES
from kuaichu.calls.models import Call
from kuaichu.calls.states import Category, Status, Validity
from kuaichu.errors import NotFound, Refused
from kuaichu.governance import events, permissions, runs
from kuaichu.governance.analyses import FOUND
from kuaichu.governance.events import Wanted
from kuaichu.web.audience import audience
from kuaichu.web.command import desk
from kuaichu.web.command.charts import WEEKDAYS

PAGE = 50
MOST_EXPORTED = 50_000
IDS_AT_ONCE = 900  # values in one statement
YES_NO = {"1": True, "0": False}
MOST_COUNTED = 10**9


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What the list is asked for: what the store knows, and what only the table does.

    `unit`: with everything below it. `counted`: what the figure said when it was published, None for one of now.
    """

    wanted: Wanted
    status: str = ""
    unit: Agency | None = None
    counted: int | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> "Condition":
        """From the address; what can't be read asks for nothing. Raises Http404 for a period that is none."""
        given = request.GET
        scope = permissions.scope_of(desk.person_of(request), is_widened=given.get("wide") == "1")
        unit_id = _uuid(given.get("unit", ""))
        unit = Agency.objects.filter(pk=unit_id).first() if unit_id else None
        units = scope.unit_ids
        if unit is not None:
            below = permissions.subtree(unit)
            units = below if units is None else below & units
        validity = given.get("validity", Validity.VALID)
        return cls(
            wanted=Wanted(
                since=_moment(given.get("since", "")),
                until=_moment(given.get("until", "")),
                categories=tuple(code for code in given.getlist("category") if code in Category.values),
                subclass=given.get("subclass", "") if given.get("subclass", "") in CLASSES else "",
                validity=validity if validity in Validity.values else "",
                is_repeat=YES_NO.get(given.get("is_repeat", "")),
                unit_ids=units,
                district=scope.district or _district(given.get("district", "")),
                is_located=YES_NO.get(given.get("is_located", "")),
                near=_near(given.get("near", "")),
                weekday=_small(given.get("weekday", ""), most=6),
                hour=_small(given.get("hour", ""), most=23),
                ids=_found(request, scope.place_code),
            ),
            status=given.get("status", "") if given.get("status", "") in Status.values else "",
            unit=unit,
            counted=_small(given.get("counted", ""), most=MOST_COUNTED),
        )

    @property
    def of_place(self) -> "Condition":
        """The same without the limits of what the person may see."""
        units = None if self.unit is None else permissions.subtree(self.unit)
        return replace(self, wanted=replace(self.wanted, unit_ids=units))

    def ids(self, place_code: str) -> list[int]:
        """Newest first."""
        store = events.store(place_code)
        chosen = store.select(self.wanted)
        order = chosen.columns.t[chosen.index].argsort(kind="stable")[::-1]
        found: list[int] = chosen.columns.id[chosen.index][order].tolist()
        if not self.status:
            return found
        kept: set[int] = set()
        for at in range(0, len(found), IDS_AT_ONCE):
            rows = Call.objects.filter(pk__in=found[at : at + IDS_AT_ONCE], status=self.status)
            kept |= set(rows.values_list("pk", flat=True))
        return [pk for pk in found if pk in kept]


@audience("command")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """/command/list/: fifty at a time, newest first; `format=xlsx` gives them all as a workbook."""
    condition = Condition.of(request)
    scope = permissions.scope_of(desk.person_of(request))
    ids = condition.ids(scope.place_code)
    if request.GET.get("format") == "xlsx":
        return _workbook(ids, condition)
    pages = max(1, -(-len(ids) // PAGE))
    at = min(max(int(request.GET["page"]) if request.GET.get("page", "").isdigit() else 1, 1), pages)
    query = request.GET.copy()
    for name in ("page", "format"):
        query.pop(name, None)
    whole = len(condition.of_place.ids(scope.place_code)) if condition.counted is not None else len(ids)
    context = {
        "tab": "",
        "whole": whole,
        "counted": len(ids) if condition.counted is None else condition.counted,
        "rows": _rows(ids[(at - 1) * PAGE : at * PAGE]),
        "total": len(ids),
        "page": at,
        "pages": pages,
        "query": query.urlencode(),
        "words": words_of(condition),
        "is_short": len(ids) <= MOST_EXPORTED,
        "most": MOST_EXPORTED,
    }
    return render(request, "command/list.html", context)


def words_of(condition: Condition) -> list[str]:
    """The condition as short phrases."""
    asked = condition.wanted
    words = [_span(asked.since, asked.until)]
    words += [gettext(str(Category(code).label)) for code in asked.categories]
    if asked.subclass:
        words.append(_class_name(asked.subclass))
    if asked.ids is None:
        words.append(gettext(str(Validity(asked.validity).label)) if asked.validity else gettext("有效、无效都算"))
    if asked.is_repeat is not None:
        words.append(gettext("重复警情") if asked.is_repeat else gettext("首次警情"))
    if asked.is_located is not None:
        words.append(gettext("能定位") if asked.is_located else gettext("无法定位"))
    if asked.district:
        place = Place.objects.filter(code=asked.district).first()
        words.append(place.name if place else asked.district)
    if condition.unit is not None:
        words.append(condition.unit.short_name)
    if asked.weekday is not None:
        words.append(str(WEEKDAYS[asked.weekday]))
    if asked.hour is not None:
        words.append(f"{asked.hour:02d}:00–{asked.hour + 1:02d}:00")
    if asked.ids is not None:
        words.append(gettext("分析时数到的这些警情"))
    if asked.near is not None:
        words.append(gettext("某点周围 %(metres)s 米内") % {"metres": f"{asked.near[2]:.0f}"})
    if condition.status:
        words.append(gettext(str(Status(condition.status).label)))
    return [word for word in words if word]


def _rows(ids: list[int]) -> list[dict[str, Any]]:
    found = Call.objects.filter(pk__in=ids).select_related("unit").in_bulk()
    return [{"call": found[pk], "class_name": _class_name(found[pk].subclass)} for pk in ids if pk in found]


def _class_name(code: str) -> str:
    known = CLASSES.get(code)
    if known is None:
        return code
    return known.en if (get_language() or "").startswith("en") else known.zh


def _workbook(ids: list[int], condition: Condition) -> HttpResponse:
    """Without names, phones and contents. Raises Refused("list.long")."""
    from openpyxl import Workbook

    if len(ids) > MOST_EXPORTED:
        raise Refused("list.long", "一次最多导出 %(most)s 条，请缩小范围再试", most=MOST_EXPORTED)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(gettext("警情"))
    sheet.append(["；".join(words_of(condition))])
    heads = (
        "接警编号",
        "接警时间",
        "类别",
        "细类",
        "地点",
        "经度",
        "纬度",
        "辖区",
        "单位",
        "有效性",
        "是否重复",
        "状态",
    )
    sheet.append([gettext(head) for head in heads])
    for at in range(0, len(ids), IDS_AT_ONCE):
        for row in _rows(ids[at : at + IDS_AT_ONCE]):
            sheet.append(_cells(row["call"], row["class_name"]))
    out = io.BytesIO()
    book.save(out)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = HttpResponse(out.getvalue(), content_type=kind)
    response["Content-Disposition"] = 'attachment; filename="calls.xlsx"'
    return response


def _cells(call: Call, class_name: str) -> list[Any]:
    return [
        call.number,
        call.received_at.astimezone(clock.BEIJING).replace(tzinfo=None),
        gettext(str(call.get_category_display())),
        class_name,
        call.location,
        call.lon_wgs84,
        call.lat_wgs84,
        call.district,
        call.unit.short_name if call.unit else "",
        gettext(str(call.get_validity_display())),
        gettext("是") if call.repeat_of_id else "",
        gettext(str(call.get_status_display())),
    ]


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise Http404 from None
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.BEIJING)


def _span(since: datetime | None, until: datetime | None) -> str:
    if since is None or until is None:
        return ""
    first, last = (moment.astimezone(clock.BEIJING) for moment in (since, until))
    is_days = first.hour == first.minute == last.hour == last.minute == 0
    if is_days:
        days = clock.local_day(since), clock.local_day(until - datetime.resolution)
        return (
            f"{days[0]}"
            if days[0] == days[1]
            else gettext("%(first)s 至 %(last)s")
            % {
                "first": days[0],
                "last": days[1],
            }
        )
    return gettext("%(first)s 至 %(last)s") % {"first": f"{first:%Y-%m-%d %H:%M}", "last": f"{last:%Y-%m-%d %H:%M}"}


def _near(text: str) -> tuple[float, float, float] | None:
    try:
        lon, lat, radius_m = (float(part) for part in text.split(","))
    except ValueError:
        return None
    is_fit = abs(lon) <= 180 and abs(lat) <= 85 and 0 < radius_m < 100_000
    return (lon, lat, radius_m) if is_fit else None


def _small(text: str, *, most: int) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 11 and int(text) <= most else None


def _found(request: HttpRequest, place_code: str) -> tuple[int, ...] | None:
    """The calls of what a run found: `run`, `spot` (its number in the ranking, from 1), and of two periods `part`.

    None when nothing is asked for. Raises Http404 for a run or a spot that isn't there.
    """
    run_id, number = _uuid(request.GET.get("run", "")), _small(request.GET.get("spot", ""), most=10_000)
    part = request.GET.get("part", "")
    if run_id is None or not number:
        return None
    try:
        kept = runs.find(run_id, place_code=place_code)
        found = runs.answer_of(kept)[FOUND[kept.kind]]
        return tuple(found[number - 1][f"calls_{part}" if part else "calls"])
    except (NotFound, KeyError, IndexError):
        raise Http404 from None


def _district(text: str) -> str:
    return text if text.isdigit() and len(text) == 6 else ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
