"""Cheap signs of a poor photo: they ask for a better one and never refuse the one at hand."""

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageFilter, ImageStat

HINTS = {
    "too_dark": _("太暗了，换个角度再拍一张"),
    "blurred": _("有点糊，拿稳手机再拍一张"),
}

EDGE = 320  # px, the longer side of the picture that is judged
DARK_MEAN = 38.0  # of 255
DARK_BRIGHTEST = 120  # a night scene with lamps or a flash has brighter parts
BLURRED_VARIANCE = 25.0  # of the Laplacian; photos of cars have 700 (median), blurred by a hundredth of the width 3
_LAPLACE = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


def hints_of(picture: Image.Image) -> tuple[str, ...]:
    """The codes of what looks poor in `picture` (any size; judged at `EDGE` pixels)."""
    grey = picture.convert("L")
    grey.thumbnail((EDGE, EDGE))
    if _is_dark(grey):
        return ("too_dark",)  # a dark picture has no edges either
    variance = edge_variance(grey)
    return ("blurred",) if variance < BLURRED_VARIANCE else ()


def edge_variance(grey: Image.Image) -> float:
    """The variance of the Laplacian, a common measure of sharpness; the filter leaves the border as it was."""
    edges = grey.filter(_LAPLACE).crop((1, 1, grey.width - 1, grey.height - 1))
    return ImageStat.Stat(edges).var[0]


def _is_dark(grey: Image.Image) -> bool:
    counts = grey.histogram()
    brightest = _percentile(counts, share=0.97)
    return ImageStat.Stat(grey).mean[0] < DARK_MEAN and brightest < DARK_BRIGHTEST


def _percentile(counts: list[int], *, share: float) -> int:
    wanted = sum(counts) * share
    seen = 0
    for value, count in enumerate(counts):
        seen += count
        if seen >= wanted:
            return value
    return len(counts) - 1
