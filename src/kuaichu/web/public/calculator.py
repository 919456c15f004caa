"""能赔多少: liability, covers and losses → who pays whom what. Nothing is kept; amounts never stand in an address."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kuaichu.law.interface import InputError, settle
from kuaichu.web.audience import audience
from kuaichu.web.public import compensation_form as forms
from kuaichu.web.public import law_words
from kuaichu.web.public.law_words import Article, Step

_OWN_POCKET = ("party", "self")


@dataclass(frozen=True)
class Line:
    """One payment as a sentence."""

    text: str
    amount_fen: int
    articles: tuple[Article, ...]


@dataclass(frozen=True)
class Payee:
    """Everything about the losses of one party: loss = paid + borne."""

    letter: str
    lines: tuple[Line, ...]
    loss_fen: int
    paid_fen: int
    borne_fen: int


@dataclass(frozen=True)
class Payer:
    """One purse and what it pays altogether."""

    name: str
    amount_fen: int


@dataclass(frozen=True)
class Result:
    """`mode` is each_pays_own where every insurer pays its own car; `why_not` where that was agreed and can't be."""

    payees: tuple[Payee, ...]
    payers: tuple[Payer, ...]
    loss_fen: int
    paid_fen: int
    borne_fen: int
    is_whole: bool
    mode: str
    shares: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    why_not: tuple[Step, ...]
    uninsured: tuple[str, ...]


@audience("public")
@require_http_methods(["GET", "HEAD", "POST"])
def compensation(request: HttpRequest) -> HttpResponse:
    """The form; with what was typed and the settlement below it, or what is wrong beside its field (422)."""
    is_asked = request.method == "POST"
    form = forms.typed(request.POST) if is_asked else forms.carried_over(request.GET)
    result: Result | None = None
    errors: dict[str, str] = {}
    if is_asked and request.POST.get("do") == "settle":
        result, errors = calculate(form)
    context = {
        "sides": forms.sides(form, errors),
        "form": form,
        "places": law_words.places(form.place if "place" not in errors else ""),
        "errors": errors,
        "result": result,
        "may_add": len(form.letters) < len(forms.LETTERS),
        "may_remove": len(form.letters) > forms.LEAST_PARTIES,
        "has_rider": any(side.get("kind") in ("nonmotor", "pedestrian") for side in form.sides.values()),
    }
    return render(request, "public/compensation.html", context, status=422 if errors else 200)


def calculate(form: forms.Typed) -> tuple[Result | None, dict[str, str]]:
    """The settlement of a form, or what is wrong with it by field."""
    accident, errors = forms.accident(form)
    if not errors and not any(party["losses"] for party in accident["parties"]):
        errors[""] = _("还没有填损失。至少填一项金额。")
    if errors:
        return None, errors
    try:
        return _result(accident, settle(accident)), {}
    except InputError as error:
        return None, forms.refused(error, form)


def _result(accident: Mapping[str, Any], found: Mapping[str, Any]) -> Result:
    borne = sum(found["borne_fen"].values())
    is_refused = accident["each_pays_own_agreed"] and found["mode"] != "each_pays_own"
    shares = [(letter, f"{share:g}%") for letter, share in found["share_percent"].items()]
    uninsured = [
        party["id"] for party in accident["parties"] if party["kind"] == "motor" and not party["cover"]["compulsory"]
    ]
    return Result(
        payees=tuple(_payee(party["id"], found) for party in accident["parties"] if party["losses"]),
        payers=_payers(found["lines"]),
        loss_fen=found["total_loss_fen"],
        paid_fen=found["total_paid_fen"],
        borne_fen=borne,
        is_whole=found["total_loss_fen"] == found["total_paid_fen"] + borne,
        mode=found["mode"],
        shares=tuple(shares),
        steps=law_words.steps(_with_certainty(row) for row in found["steps"] if row["rule"] != "mode"),
        why_not=law_words.steps(_with_certainty(row) for row in found["steps"] if is_refused and row["rule"] == "mode"),
        uninsured=tuple(uninsured),
    )


def _with_certainty(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """In a settlement's step the effect is the mark itself."""
    certainty = {"参考": "unsure", "惯例": "practice"}.get(row["effect"], "law")
    return {**row, "effect": "", "effect_en": "", "certainty": certainty}


def _payee(letter: str, found: Mapping[str, Any]) -> Payee:
    rows = [row for row in found["lines"] if row["payee"] == letter]
    loss, borne = sum(row["amount_fen"] for row in rows), found["borne_fen"].get(letter, 0)
    lines = tuple(
        Line(law_words.said(row, "why"), row["amount_fen"], law_words.articles(row["articles"])) for row in rows
    )
    return Payee(letter, lines, loss, loss - borne, borne)


def _payers(rows: list[dict[str, Any]]) -> tuple[Payer, ...]:
    """Insurers and persons that pay, in the order in which they first appear; what somebody bears is no payment."""
    totals: dict[str, int] = {}
    for row in rows:
        if row["cover"] != "self":
            letter = row.get("paid_by", row["payer"])
            name = _("%s 方本人") if row["cover"] in _OWN_POCKET else _("%s 方的保险公司")
            totals[name % letter] = totals.get(name % letter, 0) + row["amount_fen"]
    return tuple(Payer(name, amount_fen) for name, amount_fen in totals.items())
