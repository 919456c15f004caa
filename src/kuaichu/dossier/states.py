"""The states of photos and instruments."""

from django.db import models


class PhotoCheck(models.TextChoices):
    """What the officer said of one photo."""

    WAITING = "waiting", "待审核"
    PASSED = "passed", "通过"
    RETAKE = "retake", "请重拍"


class InstrumentKind(models.TextChoices):
    """The documents of this journey; never one for another (Arts. 21, 24, 71)."""

    AGREEMENT = "agreement", "道路交通事故自行协商协议书"
    DETERMINATION = "determination", "道路交通事故认定书（简易程序）"
    REVIEW = "review", "道路交通事故认定复核结论"


class InstrumentState(models.TextChoices):
    """drafted (parties sign an agreement) or served (a determination awaits receipt) → completed → superseded."""

    DRAFTED = "drafted", "待签字"
    SERVED = "served", "已送达"
    COMPLETED = "completed", "已生效"
    WITHDRAWN = "withdrawn", "已撤回"
    SUPERSEDED = "superseded", "已被替代"


class SignatureKind(models.TextChoices):
    """How a party ended up under an instrument."""

    SIGNED = "signed", "签名"
    REFUSED = "refused", "拒绝签名"
