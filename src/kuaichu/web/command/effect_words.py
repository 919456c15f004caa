"""A measured effect in plain words: what changed, what the rest of the place did, whether chance may be the reason."""

from dataclasses import dataclass

from django.utils.translation import gettext

from kuaichu.governance.queries.files import Evaluation

FEW = 10


@dataclass(frozen=True)
class Said:
    """`css`: ok, warn or danger; `verdict` in one clause; the rest as sentences."""

    css: str
    verdict: str
    sentences: list[str]


def said(found: Evaluation) -> Said:
    """What to tell a leader."""
    effect = found.effect
    counts = gettext("前后各取 %(days)d 天：治理前 %(before)d 起，治理后 %(after)d 起（%(change)s）。") % {
        "days": found.after.days,
        "before": effect.before,
        "after": effect.after,
        "change": effect.change.text,
    }
    rest = gettext("同期本地其他地方由 %(before)s 起到 %(after)s 起（%(change)s）。") % {
        "before": f"{effect.rest_before:,}",
        "after": f"{effect.rest_after:,}",
        "change": effect.rest_change.text,
    }
    return Said(*_verdict(found), [counts, rest, *_ratio(found), _chance(found)])


def _verdict(found: Evaluation) -> tuple[str, str]:
    effect = found.effect
    if effect.before + effect.after < FEW:
        return "warn", gettext("起数太少，说明不了什么")
    if found.is_proved:
        return "ok", gettext("治理有效，不是偶然")
    if effect.ratio is not None and effect.ratio >= 1:
        return "danger", gettext("没有比别处好转")
    return "warn", gettext("有好转，但还可能是偶然")


def _ratio(found: Evaluation) -> list[str]:
    effect = found.effect
    if effect.ratio is None:
        return []
    values = {"ratio": f"{effect.ratio:.2f}", "low": f"{effect.low or 0:.2f}", "high": f"{effect.high or 0:.2f}"}
    if effect.high is None:
        return [gettext("扣除本地整体变化，现在是原来的 %(ratio)s 倍。") % values]
    return [gettext("扣除本地整体变化，现在是原来的 %(ratio)s 倍（95%% 区间 %(low)s 到 %(high)s）。") % values]


def _chance(found: Evaluation) -> str:
    values = {"p": "< 0.001" if found.effect.p < 0.001 else f"= {found.effect.p:.3f}", "level": found.level_percent}
    if found.is_proved:
        return gettext("光凭偶然降这么多，机会不到 %(level)d%%（p %(p)s），可以认为有效。") % values
    return gettext("光凭偶然也可能这样（p %(p)s，要不超过 %(level)d%% 才算证实），请再观察一段时间。") % values
