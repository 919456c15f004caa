"""谁的责任: choose by picture what happened; who is liable, by which articles, and what would change it.

Every question is an address with nothing but codes in it, so it can be shared, and works without scripts.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kuaichu.law.interface import InputError
from kuaichu.law.national.liability.table import table
from kuaichu.law.scenes import Kinds, Scene, describe, draw, kinds, scenes
from kuaichu.web.audience import audience
from kuaichu.web.public import law_words
from kuaichu.web.public import liability_asking as asking
from kuaichu.web.public.liability_asking import Asked

_KEPT = ("place", "on")
_WORDS_MOST = 40


@dataclass(frozen=True)
class Tile:
    """A picture to choose: a scene, or a group of them with how many it holds."""

    href: str
    text: str
    picture: SafeString
    code: str = ""
    count: int = 0
    is_current: bool = False


@dataclass(frozen=True)
class SideForm:
    """The questions about one side."""

    letter: str
    label: str
    groups: tuple[tuple[str, tuple[law_words.Option, ...]], ...]
    specials: tuple[law_words.Option, ...]
    error: str
    is_open: bool


@audience("public")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Groups as pictures; `?kind=` the scenes of one; `?q=` those that fit the words, a code at once."""
    words, kept = request.GET.get("q", "").strip()[:_WORDS_MOST], _kept(request)
    if words.upper() in scenes():
        return redirect(_address(words.upper(), kept))
    kind = kinds().get(request.GET.get("kind", ""))
    found = search(words) if words else [scenes()[code] for code in kind.codes] if kind else []
    context = {
        "words": words,
        "kind": kind,
        "tiles": [_tile(scene, kept) for scene in found],
        "groups": [] if found else [_group(each, kept) for each in kinds().values()],
        "is_lost": bool(words) and not found,
        "kept": kept,
    }
    return render(request, "public/liability_index.html", context)


@audience("public")
@require_safe
def scene_page(request: HttpRequest, code: str) -> HttpResponse:
    """One scene with its questions and the law's answer; what can't be read says so beside its field (422)."""
    scene = scenes().get(code.upper())
    if scene is None:
        context = {"is_lost": True, "words": "", "groups": [_group(each, {}) for each in kinds().values()]}
        return render(request, "public/liability_index.html", context, status=404)
    asked, answer = asking.read(scene, request.GET), None
    errors: dict[str, str] = {}
    if not asked.errors:
        try:
            answer = asking.answer(asked)
        except InputError as error:
            errors = asking.refusal(error)
    errors = {**asked.errors, **errors}
    context = _scene_context(asked, errors, _kept(request)) | {"answer": answer}
    return render(request, "public/liability_scene.html", context, status=422 if errors else 200)


def search(words: str) -> list[Scene]:
    """Scenes in which each word occurs: in title, words people use, what the law calls it, or the code."""
    parts = words.lower().split()
    return [scene for scene in scenes().values() if all(part in _haystack(scene) for part in parts)]


def _haystack(scene: Scene) -> str:
    acts = table().acts
    laws = [f"{acts[code].zh} {acts[code].en}" for side in scene.sides for code in side.does if code in acts]
    groups = [f"{kind.zh} {kind.en}" for kind in kinds().values() if scene.code in kind.codes]
    return " ".join((scene.code, scene.zh, scene.en, scene.words, describe(scene), *laws, *groups)).lower()


def _scene_context(asked: Asked, errors: dict[str, str], kept: dict[str, str]) -> dict[str, object]:
    scene = asked.scene
    lang = "en" if law_words.is_english() else "zh"
    kind = next(kind for kind in kinds().values() if scene.code in kind.codes)
    return {
        "scene": scene,
        "kind": kind,
        "asked": asked,
        "errors": errors,
        "picture": mark_safe(draw(scene, lang, prefix="main", is_swapped=asked.is_swapped)),  # noqa: S308 - our own data
        "in_words": describe(scene, lang, is_swapped=asked.is_swapped),
        "beside": [_tile(scenes()[code], kept, current=scene.code) for code in kind.codes],
        "sides": [_side(asked, letter, errors) for letter in asked.letters],
        "places": law_words.places(asked.place),
        "kept": kept,
    }


def _side(asked: Asked, letter: str, errors: dict[str, str]) -> SideForm:
    chosen = asked.special.get(letter, ())
    others = len(asked.letters) > 1 and asked.me
    label = (
        (_("您（%s 方）还有别的情况吗？") if letter == asked.me else _("对方（%s 方）也有违法吗？"))
        if others
        else _("%s 方还有别的情况吗？")
    )
    return SideForm(
        letter=letter,
        label=label % letter,
        groups=asking.also_options(asked, letter),
        specials=tuple(law_words.Option(code, str(text), code in chosen) for code, text in law_words.SPECIAL.items()),
        error=errors.get(f"also_{letter}", ""),
        is_open=bool(chosen),
    )


def _tile(scene: Scene, kept: dict[str, str], *, current: str = "") -> Tile:
    lang = "en" if law_words.is_english() else "zh"
    href, picture = _address(scene.code, kept), _picture(scene, lang)
    return Tile(href, law_words.tongue(scene), picture, code=scene.code, is_current=scene.code == current)


def _group(kind: Kinds, kept: dict[str, str]) -> Tile:
    lang = "en" if law_words.is_english() else "zh"
    scene, query = scenes()[kind.codes[0]], urlencode({"kind": kind.key, **kept})
    href = f"/law/liability/?{query}"
    return Tile(href, law_words.tongue(kind), _picture(scene, lang, kind.key), count=len(kind.codes))


def _picture(scene: Scene, lang: str, prefix: str = "tile") -> SafeString:
    return mark_safe(draw(scene, lang, prefix=prefix))  # noqa: S308 - drawn from our own data


def _address(code: str, kept: dict[str, str]) -> str:
    return f"/law/liability/{code}/" + (f"?{urlencode(kept)}" if kept else "")


def _kept(request: HttpRequest) -> dict[str, str]:
    """Place and day stay while somebody looks for the picture."""
    return {name: request.GET[name] for name in _KEPT if request.GET.get(name)}
