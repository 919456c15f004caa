"""A link's evidence in short sentences, for the person who confirms or refuses it."""

from typing import Any, Literal

from kuaichu.analysis.repeats.link import Link

Language = Literal["zh", "en"]
STRONG, SOME = 3.0, 0.7  # bits from which evidence is called strong, or evidence at all
SIGNS = {
    "zh": ("有力支持", "支持", "不反对", "反对", "有力反对"),
    "en": ("strongly for", "for", "neutral", "against", "strongly against"),
}

PLATES = {
    "zh": ("", "号牌不同", "两块号牌都不同", "号牌有两处不同或只有部分", "号牌只差一处", "有一块号牌相同", "两块号牌都对得上"),
    "en": (
        "", "another plate", "both plates differ", "a plate two characters off, or only part of it",
        "a plate one character off", "one plate the same", "both plates agree",
    ),
}  # fmt: skip
ROADS = {
    "zh": ("", "路名不同", "路名相同", "一条路名相同，另一条不同", "两条路名都相同"),
    "en": ("", "another road", "the same road", "one road the same, the other not", "both roads the same"),
}
CLASSES = {"zh": ("", "类别不同", "类别相同"), "en": ("", "another class", "the same class")}
HABITS = {
    "zh": ("", "同一电话", "同一电话，近期为两三件事打过", "同一电话，近期常来电", "同一电话，来电很多，可能是单位电话"),
    "en": (
        "", "the same phone", "the same phone, two or three matters of late", "the same phone, calls often",
        "the same phone, calls a great deal: perhaps a firm",
    ),
}  # fmt: skip


def explain(link: Link, lang: Language = "zh") -> tuple[str, ...]:
    """Sentences, the most telling evidence first; no plate, phone or place is repeated in them."""
    signs, sentences = SIGNS[lang], []
    for part in sorted(link.parts, key=lambda part: -abs(part.weight)):
        text = _fact(part.name, link, lang)
        if text:
            sentences.append(_line(text, signs[_sign(part.weight)], part.weight, lang))
    head = _head(link, lang)
    chance = _chance(link, lang)
    return (head, *sentences, *((chance,) if chance else ()))


def _sign(weight: float) -> int:
    if weight >= SOME:
        return 0 if weight >= STRONG else 1
    return 2 if weight > -SOME else 3 if weight > -STRONG else 4


def _line(text: str, sign: str, weight: float, lang: Language) -> str:
    return (
        f"{text}：{sign}（{weight:+.1f}）" if lang == "zh" else f"{text[:1].upper()}{text[1:]}: {sign} ({weight:+.1f})"
    )


def _head(link: Link, lang: Language) -> str:
    share = f"{min(link.score, 0.999):.1%}" if link.score > 0.99 else f"{link.score:.0%}"
    if lang == "zh":
        what = "与这起警情是同一件事" if link.kind == "event" else "是同一诉求再次来电"
        return f"{what}的把握：{share}"
    what = "About the same event" if link.kind == "event" else "The same matter brought up again"
    return f"{what}: {share} sure"


def _fact(name: str, link: Link, lang: Language) -> str:
    return fact(name, value_of(link, name), lang)


def value_of(link: Link, name: str) -> float | None:
    """What stands behind a part of the evidence: a level of sizes.py, metres (None without a place) or minutes."""
    levels = dict(zip(("plate", "road", "class", "phone"), link.levels, strict=True))
    return levels.get(name, link.distance_m if name == "distance" else link.minutes)


def fact(name: str, value: float | None, lang: Language) -> str:
    """A part of the evidence in a few words, from what `value_of` gives; empty when nothing is known."""
    known: Any = {"plate": PLATES, "road": ROADS, "class": CLASSES, "phone": HABITS}.get(name)
    if known is not None:
        return str(known[lang][int(value or 0)])
    if name == "distance":
        if value is None:
            return "有一方没有位置" if lang == "zh" else "one of them has no place"
        away = _distance(value)
        return f"相距{away[0]}" if lang == "zh" else f"{away[1]} apart"
    wait = _wait(value or 0.0)
    return f"晚{wait[0]}" if lang == "zh" else f"{wait[1]} later"


def line(name: str, value: float | None, weight: float, lang: Language) -> str:
    """The same for somebody in a hurry: what speaks for the link as a bare fact, what speaks against it said so."""
    text = fact(name, value, lang)
    if not text or weight > -SOME:
        return text
    sign = SIGNS[lang][_sign(weight)]
    return f"{text}（{sign}）" if lang == "zh" else f"{text} ({sign})"


def _distance(metres: float) -> tuple[str, str]:
    if metres < 1000:
        return f" {metres:.0f} 米", f"{metres:.0f} m"
    return f" {metres / 1000:.1f} 公里", f"{metres / 1000:.1f} km"


def _wait(minutes: float) -> tuple[str, str]:
    if minutes < 1:
        return "不到 1 分钟", "less than a minute"
    if minutes < 120:
        return f" {minutes:.0f} 分钟", f"{minutes:.0f} min"
    if minutes < 48 * 60:
        return f" {minutes / 60:.1f} 小时", f"{minutes / 60:.1f} h"
    return f" {minutes / 1440:.1f} 天", f"{minutes / 1440:.1f} days"


def _chance(link: Link, lang: Language) -> str:
    if link.by_chance is None or link.kind != "event":
        return ""
    many = link.by_chance
    shown = f"{many:.1f}" if many >= 0.1 else f"{many:.2g}" if many >= 0.001 else "<0.001"
    if lang == "zh":
        return f"此时此地，这么近、这么短时间内，碰巧会有 {shown} 起无关警情"
    return f"Here and now, {shown} unrelated calls would fall this near within this time by chance"
