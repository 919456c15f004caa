"""Words of covers, heads and troubles."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COVERS: dict[str, str | Promise] = {
    "ctpl": _("交强险"),
    "ctpl_no_fault": _("无责代赔"),
    "each_pays_own": _("互碰自赔"),
    "tpl": _("商业三者险"),
    "own_damage": _("车损险"),
    "party": _("当事人自付"),
    "self": _("自行承担"),
}
HEADS: dict[str, str | Promise] = {
    "vehicle": _("车辆损失"),
    "goods": _("物品损失"),
    "other_property": _("其他财产"),
    "medical": _("医疗费用"),
    "disability": _("误工护理等"),
    "death": _("死亡赔偿"),
}
_TROUBLES: tuple[tuple[str, str | Promise], ...] = (
    ("network.", _("付款系统没有回应，钱是否付出还不清楚；重新下达会用同一个编号，不会付两次")),
    ("partner.4", _("付款系统拒绝了这笔付款，请核对账号和金额后重新下达")),
    ("partner.5", _("付款系统忙，多次没有成功；重新下达会用同一个编号，不会付两次")),
    ("reply.", _("付款系统的回复读不懂，请联系对方技术人员；重新下达会用同一个编号，不会付两次")),
    ("amount_differs", _("收到一次金额不符的付款确认，没有采用，请与财务核对")),
    ("account", _("收款账号有问题，请当事人更正账号后重新下达")),
)


def trouble(code: str) -> str | Promise:
    """A sentence for a payment's problem code; nothing for an empty one."""
    if not code:
        return ""
    found = (text for start, text in _TROUBLES if code.startswith(start))
    return next(found, _("付款没有成功，可以重新下达"))
