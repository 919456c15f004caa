"""The journal of a case in words: when, who, what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kuaichu.accounts.models import Person
from kuaichu.cases.models import Party
from kuaichu.journal.models import Event
from kuaichu.web.police.queues import FIELD_REASONS

WORDS: dict[str, str | Promise] = {
    "case.reported": _("发起报案"),
    "screening.answered": _("回答筛查问题"),
    "screening.completed": _("完成安全筛查"),
    "screening.restarted": _("重新筛查"),
    "occurrence.recorded": _("填写时间、地点、天气"),
    "party.invited": _("邀请对方加入"),
    "party.joined": _("加入案件"),
    "party.added": _("添加另一方"),
    "code.requested": _("获取短信验证码"),
    "phone.confirmed": _("确认手机号"),
    "device.bound": _("绑定手机"),
    "photo.received": _("上传照片"),
    "photos.submitted": _("提交照片，等待审核"),
    "photos.passed": _("照片审核通过，可以撤离"),
    "photos.returned": _("要求重拍照片"),
    "particulars.given": _("填写当事人信息"),
    "account.given": _("陈述事故经过"),
    "details.completed": _("信息齐全，进入定责"),
    "details.reopened": _("退回修改信息"),
    "proposal.made": _("生成责任建议"),
    "choice.made": _("选择处理方式"),
    "impacts.ordered": _("填写碰撞顺序"),
    "determination.requested": _("共同申请民警在线认定"),
    "determination.issued": _("作出事故认定"),
    "instrument.drafted": _("生成协议书"),
    "instrument.served": _("文书已送达"),
    "instrument.signed": _("签字"),
    "instrument.refused": _("注明当事人拒绝签字"),
    "instrument.completed": _("文书生效"),
    "instrument.withdrawn": _("文书撤回"),
    "instrument.superseded": _("文书被新文书替代"),
    "file.sealed": _("文书已加盖电子签章"),
    "officer.requested": _("请求民警到场"),
    "officer.arrived": _("民警接手到场处理"),
    "case.resumed": _("交还当事人继续线上办理"),
    "case.transferred": _("转一般程序"),
    "attendance.settled": _("现场处理完毕"),
    "review.applied": _("申请复核"),
    "review.withdrawn": _("撤回复核申请"),
    "review.decided": _("作出复核结论"),
    "case.reopened": _("重新认定"),
    "claim.opened": _("通知保险公司"),
    "claim.accepted": _("保险公司受理"),
    "claim.delayed": _("保险公司答复超时"),
    "claim.undelivered": _("理赔通知没有送达"),
    "claim.resent": _("重新通知保险公司"),
    "claim.flagged": _("理赔需要人工处理"),
    "claim.rechecked": _("理赔人工核对完毕"),
    "claim.refused": _("保险公司决定不赔"),
    "refusal.sent": _("拒赔通知已发出"),
    "claim.reopened": _("理赔重新办理"),
    "loss.assessed": _("保险公司定损"),
    "settlement.computed": _("算出赔款"),
    "settlement.voided": _("赔款作废，重新计算"),
    "claim.approved": _("保险公司核赔"),
    "payment.ordered": _("保险公司发起付款"),
    "payment.failed": _("付款失败"),
    "payment.flagged": _("付款需要人工处理"),
    "payment.confirmed": _("付款已确认"),
    "claim.paid": _("赔款到账"),
    "claim.settled": _("理赔办结"),
    "claims.unneeded": _("没有需要理赔的"),
    "payout_account.given": _("填写收款账户"),
    "case.closed": _("结案"),
}
_TITLES = {"A": _("甲方"), "B": _("乙方"), "C": _("丙方")}


@dataclass(frozen=True)
class Moment:
    """One line of the timeline, in the page's language."""

    at: datetime
    who: str
    what: str
    detail: str


def moments(events: Sequence[Event], *, parties: Sequence[Party], staff: Mapping[str, str]) -> list[Moment]:
    """Newest first; repeated lines of the same kind by the same person stand once, with the last moment."""
    letters = {str(party.pk): party.letter for party in parties}
    lines: list[Moment] = []
    for event in events:
        line = Moment(event.at, _who(event, letters, staff), str(WORDS.get(event.name, event.name)), _detail(event))
        if lines and (lines[-1].who, lines[-1].what, lines[-1].detail) == (line.who, line.what, line.detail):
            lines.pop()
        lines.append(line)
    return lines[::-1]


def staff_names(events: Iterable[Event]) -> dict[str, str]:
    """Names of the staff who acted (one statement)."""
    ids = {UUID(event.actor_id) for event in events if event.actor_kind == "staff" and event.actor_id}
    return {str(key): name for key, name in Person.objects.filter(pk__in=ids).values_list("pk", "name")}


def _who(event: Event, letters: Mapping[str, str], staff: Mapping[str, str]) -> str:
    if event.actor_kind == "party":
        return str(_TITLES.get(letters.get(event.actor_id, ""), _("当事人")))
    if event.actor_kind == "staff":
        return staff.get(event.actor_id, gettext("工作人员"))
    return gettext("保险公司系统") if event.actor_kind == "partner" else gettext("系统")


def _detail(event: Event) -> str:
    reason = FIELD_REASONS.get(str(event.facts.get("reason", "")), "")
    return str(reason) or str(event.facts.get("number", "") if event.name.startswith("instrument.") else "")
