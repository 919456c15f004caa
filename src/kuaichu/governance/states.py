"""What the governance desk keeps, and where a hot-spot file and a task order stand."""

from django.db import models


class RunKind(models.TextChoices):
    """Which analysis was run."""

    HEAT = "heat", "热力图"
    HOT_SPOTS = "hot_spots", "热点"
    SEGMENTS = "segments", "路段"
    SCAN = "scan", "新发聚集"
    BULLETIN = "bulletin", "通报"
    BEFORE_AFTER = "before_after", "前后对比"
    STAFFING = "staffing", "警力测算"


class BulletinKind(models.TextChoices):
    """The rhythm: analysis of a day, bulletin of a week, assessment of a month."""

    DAY = "day", "日分析"
    WEEK = "week", "周通报"
    MONTH = "month", "月考核"


class FileState(models.TextChoices):
    """Where a hot-spot file stands."""

    OPEN = "open", "待定方案"
    TREATING = "treating", "治理中"
    EVALUATING = "evaluating", "评估中"
    CLOSED = "closed", "已销号"


class Element(models.TextChoices):
    """What the problem lies in: people, vehicles, roads, enterprises."""

    PEOPLE = "people", "人"
    VEHICLES = "vehicles", "车"
    ROADS = "roads", "路"
    ENTERPRISES = "enterprises", "企"


class Level(models.TextChoices):
    """How grave the problem is (the four steps of risk grading)."""

    RED = "red", "红（重大）"
    ORANGE = "orange", "橙（较大）"
    YELLOW = "yellow", "黄（一般）"
    BLUE = "blue", "蓝（低）"


class OrderStage(models.TextChoices):
    """Stages of a task order 交办单."""

    ISSUED = "issued", "待签收"
    SIGNED_FOR = "signed_for", "整改中"
    REPORTED = "reported", "已反馈待核验"
    RETURNED = "returned", "退回整改"
    CHECKED = "checked", "核验通过"
    CLOSED = "closed", "已销号"


ORDER_MOVES: dict[str, tuple[frozenset[OrderStage], OrderStage]] = {
    "sign_for": (frozenset({OrderStage.ISSUED}), OrderStage.SIGNED_FOR),
    "report": (frozenset({OrderStage.SIGNED_FOR, OrderStage.RETURNED}), OrderStage.REPORTED),
    "return": (frozenset({OrderStage.REPORTED}), OrderStage.RETURNED),
    "check": (frozenset({OrderStage.REPORTED}), OrderStage.CHECKED),
    "close": (frozenset({OrderStage.CHECKED}), OrderStage.CLOSED),
}
FILE_MOVES: dict[str, tuple[frozenset[FileState], FileState]] = {
    "adopt_plan": (frozenset({FileState.OPEN, FileState.TREATING, FileState.EVALUATING}), FileState.TREATING),
    "evaluate": (frozenset({FileState.TREATING}), FileState.EVALUATING),
    "close": (frozenset({FileState.EVALUATING}), FileState.CLOSED),
    "reopen": (frozenset({FileState.CLOSED}), FileState.OPEN),
}
