"""What is asked of people, for what, who sees it, how long it is kept, and what they may ask for: the notice of
个人信息保护法 17, 23, 30 and 35. Periods come from `law`; offices and phones from the agencies of this installation.
"""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from kuaichu import clock, law
from kuaichu.accounts.models import Agency, AgencyKind
from kuaichu.law.citations import Citation
from kuaichu.law.divisions import NATION
from kuaichu.web.audience import audience

MOST_OFFICES = 40
ACT = "personal_information_law"


@dataclass(frozen=True)
class Kind:
    """One kind of information: what, for what, and who gets to see it."""

    what: str | Promise
    why: str | Promise
    who: str | Promise


@dataclass(frozen=True)
class Kept:
    """How long something is kept: `amount` days or years after what `since` says; `place` where it is so there only."""

    place: str
    what: str | Promise
    amount: int
    unit: str
    since: str | Promise


_ALL = _("办案民警、对方、各方的保险公司（写在文书里）")
KINDS = (
    Kind(
        _("手机号"),
        _("确认是您本人，给您发验证码和进度"),
        _("办案民警、对方、各方的保险公司（写在文书里），发短信的运营商"),
    ),
    Kind(_("姓名、证件号码"), _("文书要写明当事人是谁，签了才算数"), _ALL),
    Kind(_("号牌、车辆种类、保险公司和保单号"), _("核对车辆，找到该赔的保险公司"), _ALL),
    Kind(
        _("事故地点、现场照片、照片自带的时间和位置"),
        _("判断能不能撤离，分清责任"),
        _("办案民警、对方、各方的保险公司；照片自带的时间和位置只有办案民警看得到"),
    ),
    Kind(_("您说的经过、您的选择"), _("算出责任建议，写进文书"), _("办案民警、对方、各方的保险公司")),
    Kind(_("手写签名"), _("证明文书是您签的"), _("写在文书里，拿到文书的人都看得到")),
    Kind(_("银行卡号"), _("只用来收赔款，不填也能定责"), _("只有付款的保险公司看得到全号")),
)
_PERIODS: tuple[tuple[str, str | Promise, str | Promise], ...] = (
    ("retention.draft", _("没办完就放下的报案"), _("最后一次操作后")),
    ("retention.message", _("短信内容"), _("发出后")),
    ("retention.evidence", _("照片"), _("结案后")),
    ("retention.case", _("文书和其他案件资料"), _("结案后")),
    ("retention.call", _("接警记录里的电话和内容"), _("接到后")),
)
_BASES = {"police": "13(1).3", "insurer": "13(1).2", "account": "29", "abroad": "36"}
_RIGHTS = ("45", "46", "47", "48", "50", "65")


@audience("public")
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """/privacy/: the notice, as this installation is set up today."""
    police = Agency.objects.filter(kind=AgencyKind.POLICE, is_active=True).order_by("code")
    offices = list(police.select_related("place")[:MOST_OFFICES])
    places = {office.place_id: office.place.name for office in offices} or {NATION: ""}
    context = {
        "offices": offices,
        "kinds": KINDS,
        "kept": _kept(places),
        "link_days": law.value("party.link", on=clock.today(), place=next(iter(places))).number,
        "has_platform": Agency.objects.filter(kind=AgencyKind.NATIONAL, is_active=True).exists(),
        "bases": {name: Citation(ACT, article) for name, article in _BASES.items()},
        "rights": [Citation(ACT, article) for article in _RIGHTS],
    }
    return render(request, "public/privacy.html", context)


def _kept(places: dict[str, str]) -> list[Kept]:
    """One line a period; one for each place where places differ."""
    today, found = clock.today(), []
    for name, what, since in _PERIODS:
        values = {place: law.value(name, on=today, place=place) for place in places}
        is_one = len({(value.number, value.unit) for value in values.values()}) == 1
        for place, value in list(values.items())[: 1 if is_one else None]:
            found.append(Kept("" if is_one else places[place], what, value.number, value.unit, since))
    return found
