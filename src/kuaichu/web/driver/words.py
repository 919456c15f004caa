"""The words of the driver's pages that depend on data: sides, steps, events, clocks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

_SIDES = {"A": _("甲方"), "B": _("乙方"), "C": _("丙方")}
_BAR = (_("安全"), _("拍照"), _("撤离"), _("信息"), pgettext_lazy("bar", "签字"))

SLOTS: dict[str, tuple[Promise, Promise]] = {
    "scene_front": (_("车头前方"), _("站在车头前方拍，带上两辆车、车牌和路面标线。")),
    "scene_rear": (_("车尾后方"), _("站在车尾后方拍，带上两辆车、车牌和路面标线。")),
    "impact": (_("碰撞部位"), _("靠近撞到的地方拍，两辆车接触的位置都要看清。")),
}
_EXTRA_HINT = _("对方证件、车内记录、路口信号灯，想补什么就拍什么。")

OFFICER_REASONS = {
    "screening": _("筛查结果要求保护现场"),
    "not_online": _("当地线上快处不受理"),
    "asked": _("当事人请民警到场"),
    "no_answer": _("照片没有及时看，当事人请民警到场"),
    "disagreement": _("双方意见不一致"),
    "signature_timeout": _("超过时限没有签字"),
    "details_timeout": _("超过时限没有填完"),
}

# The two plain answers to each screening question; "don't know" is the same for all.
ANSWERS = {
    "injured": (_("有人受伤或不舒服"), _("没有")),
    "dangerous_goods": (_("有危险品"), _("没有")),
    "movable": (_("都能开走"), _("有车开不走")),
    "left": (_("有人走了"), _("都在")),
    "drink_drugs": (_("有，或者可疑"), _("没有")),
    "licence": (_("都有"), _("有人没有")),
    "plate": (_("都有"), _("没有，或者像假的")),
    "overloaded": (_("有"), _("没有")),
    "deliberate": (_("像"), _("不像")),
    "facility": (_("撞到了"), _("没撞到")),
    "marks": (_("都有效"), _("有车没有")),
    "agreed": (_("一致"), _("不一致")),
}

# How a rider says what the national form says of cars: by code of situation or part, in both languages. The documents
# keep the form's own words.
RIDER = {
    "stopped": ("停着没动", "Standing still"),
    "reversing": ("倒着推车、倒着走", "Going backwards"),
    "lane_change": ("拐弯、变道时刮到别的车", "Scraped another vehicle while turning or changing lane"),
    "rear_end": ("没保持距离，撞上前面的车", "Too close, ran into the vehicle ahead"),
    "front": ("前轮、车把", "Front wheel, handlebar"),
    "front_left": ("左前", "Front left"),
    "front_right": ("右前", "Front right"),
    "rear": ("后轮", "Rear wheel"),
    "rear_left": ("左后", "Rear left"),
    "rear_right": ("右后", "Rear right"),
    "left": ("左侧", "Left side"),
    "right": ("右侧", "Right side"),
}
NOT_FOR_RIDERS = frozenset({"rolling", "door"})

# What happened, in a sentence; %(who)s is the side, the officer or the system.
EVENTS: dict[str, Promise] = {
    "case.reported": _("%(who)s报了案"),
    "screening.completed": _("%(who)s回答了安全问题"),
    "screening.restarted": _("%(who)s重新回答安全问题"),
    "occurrence.recorded": _("%(who)s记下了时间、地点和天气"),
    "party.joined": _("%(who)s加入了案件"),
    "party.added": _("%(who)s加了另一方，用同一部手机办理"),
    "phone.confirmed": _("%(who)s验证了手机号"),
    "photos.submitted": _("%(who)s提交了现场照片"),
    "photos.passed": _("民警看过照片，可以离开了"),
    "photos.returned": _("民警请大家补拍照片"),
    "particulars.given": _("%(who)s填好了身份和车辆信息"),
    "account.given": _("%(who)s说明了事故经过"),
    "details.completed": _("各方信息都填好了"),
    "details.reopened": _("%(who)s返回修改"),
    "proposal.made": _("系统给出了责任建议"),
    "choice.made": _("%(who)s选择了处理方式"),
    "determination.requested": _("各方共同申请民警在线认定"),
    "determination.issued": _("民警出具了事故认定书"),
    "instrument.drafted": _("协议书拟好了，等待签字"),
    "instrument.served": _("文书送到了各方手机"),
    "instrument.signed": _("%(who)s签了字"),
    "instrument.refused": _("一方拒绝签字，民警已注明"),
    "instrument.withdrawn": _("未签完的协议书作废"),
    "instrument.completed": _("文书生效"),
    "instrument.superseded": _("旧的认定书被新的代替"),
    "officer.requested": _("%(who)s请民警到场"),
    "officer.arrived": _("民警接手处理"),
    "attendance.settled": _("民警现场处理完毕"),
    "case.resumed": _("民警请各方继续在网上办理"),
    "case.transferred": _("案件转入一般程序"),
    "case.reopened": _("上级要求重新认定"),
    "case.closed": _("案件办结"),
    "review.applied": _("%(who)s申请了复核"),
    "review.withdrawn": _("%(who)s撤回了复核申请"),
    "review.decided": _("上级作出了复核结论"),
    "payout_account.given": _("%(who)s填了收款账户"),
    "file.sealed": _("文书盖好了电子印章"),
    "claim.opened": _("理赔资料送到了保险公司"),
    "claim.accepted": _("保险公司受理了报案"),
    "loss.assessed": _("保险公司定好了损失"),
    "settlement.computed": _("赔款算好了"),
    "claim.approved": _("保险公司核定了赔款"),
    "claim.refused": _("保险公司决定不赔，理由见通知"),
    "claim.paid": _("一家保险公司付清了赔款"),
    "claim.settled": _("一家保险公司理赔办结"),
    "payment.ordered": _("保险公司正在付款"),
    "payment.failed": _("一笔付款没有成功，保险公司正在处理"),
    "payment.confirmed": _("赔款已到账"),
}

_WHO = {"staff": _("民警"), "system": _("系统"), "partner": _("保险公司")}


def side(letter: str) -> str:
    """甲方, or Party A."""
    return str(_SIDES[letter])


@dataclass(frozen=True)
class BarStep:
    """One of the five steps; `state` is done, now or empty."""

    name: str
    state: str


def bar(position: int) -> list[BarStep]:
    """The thin bar with `position` (0 to 4) as the present step; 5 is after the last."""
    return [
        BarStep(str(name), "done" if number < position else "now" if number == position else "")
        for number, name in enumerate(_BAR)
    ]


def slot(code: str) -> tuple[str, str]:
    """The name of a photo's place and how to take it."""
    if code in SLOTS:
        name, hint = SLOTS[code]
        return str(name), str(hint)
    return gettext("补充照片 %(number)s") % {"number": code.removeprefix("extra")}, str(_EXTRA_HINT)


def event_sentence(name: str, *, actor_kind: str, letter: str, facts: Mapping[str, Any]) -> str:
    """What happened as a sentence, or nothing for events that are of no interest to the parties."""
    sentence = EVENTS.get(name)
    if sentence is None:
        return ""
    who = side(letter) if actor_kind == "party" and letter else str(_WHO.get(actor_kind, _("系统")))
    return str(sentence) % {"who": who}


_STAGES = {
    "reported": _("正在确认现场安全"),
    "evidence": _("正在拍照取证"),
    "details": _("正在填写信息"),
    "liability": _("正在确定责任"),
    "signing": _("等待签字"),
    "attendance": _("民警到场处理"),
    "claims": _("责任已经确定，保险公司正在理赔"),
}
_INSTRUMENTS = {
    "agreement": _("自行协商协议书"),
    "determination": _("事故认定书（简易程序）"),
    "review": _("复核结论"),
}
_INSTRUMENT_STATES = {
    "drafted": _("等待签字"),
    "served": _("已送达，等待签收"),
    "completed": _("已生效"),
    "superseded": _("已被新的代替"),
}
_REVIEW_STATES = {
    "applied": _("已申请，等待结论"),
    "upheld": _("维持原认定"),
    "reopened": _("要求重新认定"),
    "withdrawn": _("申请人已撤回"),
}
_OUTCOMES = {
    "paid": _("赔款都付清了，案件办结"),
    "settled": _("案件办结"),
    "transferred": _("案件已转一般程序，由民警继续办理"),
    "withdrawn": _("案件已撤回"),
}


def stage(code: str, outcome: str) -> str:
    """Where the case stands, in a sentence."""
    return str(_OUTCOMES.get(outcome, _("案件办结")) if code == "closed" else _STAGES[code])


def answers(question: str) -> dict[str, str]:
    """The words on the buttons of a screening question, by answer."""
    yes, no = ANSWERS.get(question, (_("是"), _("不是")))
    return {"yes": str(yes), "no": str(no), "unsure": gettext("不清楚")}


def instrument(kind: str, state: str) -> tuple[str, str]:
    """What the document is, and where it stands."""
    return str(_INSTRUMENTS[kind]), str(_INSTRUMENT_STATES.get(state, ""))


def review_state(code: str) -> str:
    """Where the review stands."""
    return str(_REVIEW_STATES[code])
