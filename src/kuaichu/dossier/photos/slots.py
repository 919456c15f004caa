"""The places of a case's photos and the words around them (msgids of the translation catalogue)."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from kuaichu import law

# Required ones first, in the order in which they are taken.
SLOTS = {
    "scene_front": _("车头前方"),
    "scene_rear": _("车尾后方"),
    "impact": _("碰撞部位"),
    "extra1": _("补充照片 1"),
    "extra2": _("补充照片 2"),
    "extra3": _("补充照片 3"),
    "extra4": _("补充照片 4"),
    "extra5": _("补充照片 5"),
    "extra6": _("补充照片 6"),
}

RETAKE_REASONS = {
    "too_dark": _("太暗了，请换个角度再拍一张"),
    "blurred": _("拍糊了，请拿稳再拍一张"),
    "plate_missing": _("没有拍到车牌，请带上车牌再拍一张"),
    "wrong_part": _("拍的不是这个位置，请照着轮廓再拍一张"),
    "too_far": _("离得太远，看不清，请走近些再拍一张"),
    "screen_photo": _("这是翻拍的屏幕，请对着现场拍"),
    "other": _("这张看不清现场，请再拍一张"),
}


@dataclass(frozen=True)
class Slots:
    """The slots that must be filled and those that may be."""

    required: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Every slot in the order of taking."""
        return self.required + self.extra


def slots_at(*, on: date, place: str) -> Slots:
    """The slots of a case of that day and place, as many as the law's values ask for and allow."""
    names = tuple(SLOTS)
    required = law.value("photos.required", on=on, place=place).number
    most = required + law.value("photos.extra_max", on=on, place=place).number
    return Slots(names[:required], names[required:most])
