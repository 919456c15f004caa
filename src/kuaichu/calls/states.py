"""What a call can be, what may happen to it, and why calls repeat."""

from django.db import models


class Source(models.TextChoices):
    """How the call reached the police."""

    PHONE = "phone", "电话报警"
    ONLINE = "online", "快处线上报案"
    OFFICER = "officer", "民警发现"
    PARTNER = "partner", "其他部门转来"
    IMPORTED = "imported", "批量导入"


class Category(models.TextChoices):
    """The three classes that traffic police report by."""

    ACCIDENT = "accident", "事故"
    ORDER = "order", "秩序"
    OTHER = "other", "其他"


class Validity(models.TextChoices):
    """Whether the call counts: a duplicate is one more caller about an event that is already known."""

    VALID = "valid", "有效"
    DUPLICATE = "duplicate", "同一事件"
    INVALID = "invalid", "无效"


class Position(models.TextChoices):
    """How well the place of the call is known."""

    EXACT = "exact", "精确定位"
    APPROXIMATE = "approximate", "大致位置"
    NONE = "none", "无法定位"


class ClassedBy(models.TextChoices):
    """Who said what class the call is of."""

    TEXT = "text", "按内容识别"
    PERSON = "person", "人工确认"
    GIVEN = "given", "来源给定"


class Status(models.TextChoices):
    """Where the handling stands."""

    RECEIVED = "received", "已接警"
    DISPATCHED = "dispatched", "已派警"
    ON_SCENE = "on_scene", "已到场"
    CLOSED = "closed", "已处理"
    TRANSFERRED = "transferred", "已移交"


class Notion(models.TextChoices):
    """The two meanings of a repeat call, kept apart: many callers about one event; one matter called about again."""

    SAME_EVENT = "same_event", "同一事件多人报"
    SAME_MATTER = "same_matter", "同一诉求反复报"


class LinkState(models.TextChoices):
    """What a person said of a link that the engine proposed."""

    PROPOSED = "proposed", "待确认"
    CONFIRMED = "confirmed", "已确认"
    REFUSED = "refused", "不是重复"


class Cause(models.TextChoices):
    """Why people call again about the same matter."""

    OUTSIDE_DUTY = "outside_duty", "超出交管职责，问题没解决"
    SLOW_DISPATCH = "slow_dispatch", "出警慢"
    NO_PROGRESS_KNOWN = "no_progress_known", "不知道办到哪一步"
    POOR_COMMUNICATION = "poor_communication", "沟通不到位"
    UNCLEAR_DUTY = "unclear_duty", "职责不清"


MOVES: dict[str, tuple[frozenset[Status], Status]] = {
    "dispatch": (frozenset({Status.RECEIVED}), Status.DISPATCHED),
    "arrive": (frozenset({Status.RECEIVED, Status.DISPATCHED}), Status.ON_SCENE),
    "close": (frozenset({Status.RECEIVED, Status.DISPATCHED, Status.ON_SCENE}), Status.CLOSED),
    "transfer": (frozenset({Status.RECEIVED, Status.DISPATCHED, Status.ON_SCENE}), Status.TRANSFERRED),
    "take_back": (frozenset({Status.TRANSFERRED}), Status.RECEIVED),
    "reopen": (frozenset({Status.CLOSED}), Status.RECEIVED),
}
