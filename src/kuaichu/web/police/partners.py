"""Partners and what is sent to them in words, for the desk's page of exceptions."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kuaichu.accounts.models import Agency
from kuaichu.links import lines

OPERATIONS: dict[str, str | Promise] = {
    "code.send": _("验证码短信"),
    "invitation.send": _("邀请短信"),
    "link.send": _("案件链接短信"),
    "progress.send": _("进度短信"),
    "notice.send": _("拒赔通知短信"),
    "account.remind": _("收款账户提醒短信"),
    "file.seal": _("文书签章"),
    "claim.notify": _("向保险公司报案"),
    "payment.order": _("向保险公司发付款指令"),
    "record.file": _("报综合应用平台登记"),
    "vehicle.look_up": _("向综合应用平台核对车辆"),
}
_FAILURES: tuple[tuple[str, str | Promise], ...] = (
    ("network.", _("对方一直没有应答，多次没有送到。")),
    ("partner.4", _("对方没有接受，请先和对方核对内容。")),
    ("partner.5", _("对方系统出错，多次没有送到。")),
    ("reply.", _("对方的答复看不懂，请联系对方的技术人员。")),
    ("platform.", _("综合应用平台的对接已停用，启用后再试。")),
)
_KINDS: dict[str, str | Promise] = {
    "sms": _("短信通道"),
    "seal": _("签章服务"),
    "national": _("综合应用平台"),
}


def failure(code: str) -> str | Promise:
    """Why a message did not arrive, for a person; nothing for a code that only a technician can read."""
    return next((words for start, words in _FAILURES if code.startswith(start)), "")


@dataclass(frozen=True)
class Silent:
    """A partner that is away: its name, since when, and how many messages wait for it."""

    name: str | Promise
    since_at: datetime
    waiting: int


def silent() -> list[Silent]:
    """Longest silent first."""
    away = lines.away()
    names = dict(Agency.objects.filter(code__in=[line.partner for line in away]).values_list("code", "name"))
    return [
        Silent(names.get(line.partner) or _KINDS.get(line.kind, line.partner), line.away_since, lines.waiting(line))
        for line in away
        if line.away_since
    ]
