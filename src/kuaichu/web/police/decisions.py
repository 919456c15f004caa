"""The officer's decisions: each parses a form, calls one action, and the next case opens."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_POST

from kuaichu.cases import actions as cases
from kuaichu.cases.models import Case
from kuaichu.dossier.actions.photos import ask_retake, pass_photos
from kuaichu.dossier.actions.signing import note_refusal
from kuaichu.errors import FieldErrors, NotFound, Refused
from kuaichu.journal.actions import retry as retry_event
from kuaichu.journal.models import Event
from kuaichu.liability.actions.determinations import Decision, determine
from kuaichu.liability.actions.impacts import order_impacts
from kuaichu.liability.actions.reviews import decide_review
from kuaichu.liability.queries import proposal_in_force, review_of
from kuaichu.links.actions import retry as retry_exchange
from kuaichu.links.models import Exchange
from kuaichu.web.access import case_for
from kuaichu.web.audience import audience
from kuaichu.web.police import case_file, deciding, proposals

MAX_CONDUCT = 200


def _seen(request: HttpRequest) -> list[UUID]:
    try:
        return [UUID(text) for text in request.POST.getlist("seen")]
    except ValueError:
        raise Refused("form.invalid", "请刷新页面后再试") from None


@audience("police")
@require_POST
def photos_pass(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """All photos are good: the parties may leave."""
    return deciding.decide(
        request,
        case_id,
        lambda case, officer: pass_photos(case_id=case.pk, officer=officer, seen=_seen(request)),
        done=gettext_noop("照片已通过，双方手机已提示可以撤离"),
        version=False,  # what counts is that these photos were seen
    )


@audience("police")
@require_POST
def photos_retake(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Some photos again, with a reason each."""
    marks = request.POST.dict().items()
    slots = {name.removeprefix("retake_"): str(code) for name, code in marks if name.startswith("retake_") and code}
    return deciding.decide(
        request,
        case_id,
        lambda case, officer: ask_retake(case_id=case.pk, officer=officer, slots=slots, seen=_seen(request)),
        done=gettext_noop("已请当事人重拍，拍好后会再回到队列"),
        version=False,
    )


@audience("police")
@require_POST
def determination(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Confirm the proposal, or decide otherwise with a reason."""
    return deciding.decide(
        request,
        case_id,
        lambda case, officer: determine(case_id=case.pk, officer=officer, decision=_decision(request, case)),
        done=gettext_noop("认定书已出具并送达"),
    )


@audience("police")
@require_POST
def impacts(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Who ran into whom first: the proposal is made anew and the same case stays open."""
    case = case_for(deciding.officer_of(request), case_id)
    pairs = [(text[:1], text[1:]) for text in request.POST.getlist("impact") if text]
    try:
        deciding.require_version(request, case)
        order_impacts(case_id=case.pk, officer=deciding.officer_of(request), impacts=pairs)
    except NotFound:
        raise
    except Refused as refusal:
        return deciding.show_case(request, case_id, refusal=refusal)
    messages.success(request, gettext("已按碰撞顺序重新推算"))
    return redirect(f"/police/cases/{case_id}/?queue={deciding.queue_of(request).name}")


def _decision(request: HttpRequest, case: Case) -> Decision:
    """The form as a decision. Raises FieldErrors beside grades, shares, facts_text, override_reason,
    conduct_<letter>.
    """
    letters = list(case.parties.values_list("letter", flat=True))
    grades = {letter: request.POST.get(f"grade_{letter}", "") for letter in letters}
    proposal = proposals.view_of(proposal_in_force(case.pk)[0])
    reason = request.POST.get("override_reason", "").strip()
    faults: dict[str, Refused] = {}
    if not all(grades.values()):
        faults["grades"] = Refused("determination.incomplete", "请为每一方选择责任")
    if not request.POST.get("facts_text", "").strip():
        faults["facts_text"] = Refused("determination.no_facts", "请写明事故事实")
    if "grades" not in faults and not reason and (proposal is None or grades != proposal.grades):
        faults["override_reason"] = Refused("determination.no_reason", "与系统建议不同，请写明理由")
    shares = _shares(request, letters, faults)
    conduct = _conduct(request, grades, faults, acts=proposal.acts if proposal else {})
    if faults:
        raise FieldErrors(faults)
    return Decision(
        grades=grades,
        facts_text=request.POST["facts_text"],
        shares=shares,
        override_reason=reason,
        conduct=conduct,
        parked=frozenset(letter for letter in letters if request.POST.get(f"parked_{letter}")),
    )


def _conduct(
    request: HttpRequest, grades: dict[str, str], faults: dict[str, Refused], *, acts: Mapping[str, str]
) -> dict[str, str]:
    """What each party at fault did, in the officer's words: a determination that blames says for what."""
    conduct = {letter: request.POST.get(f"conduct_{letter}", "").strip()[:MAX_CONDUCT] for letter in grades}
    for letter, grade in grades.items():
        if grade not in ("", "none") and not conduct[letter] and letter not in acts:
            faults[f"conduct_{letter}"] = Refused("determination.no_conduct", "有责任的一方，请写明过错行为")
    return {letter: words for letter, words in conduct.items() if words}


def _shares(request: HttpRequest, letters: list[str], faults: dict[str, Refused]) -> dict[str, int]:
    """What was typed as percent by letter; only three parties need it, otherwise the law's table says it."""
    shares = {}
    for letter in letters:
        typed = request.POST.get(f"share_{letter}", "").strip().removesuffix("%")
        if typed and not (typed.isascii() and typed.isdecimal()):
            faults["shares"] = Refused("determination.shares", "比例请填 0 到 100 的整数")
        elif typed:
            shares[letter] = int(typed)
    return shares


@audience("police")
@require_POST
def refusal(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Note that a party refuses to sign for the determination."""

    def act(case: Case, officer: object) -> None:
        file = case_file.read(case)
        party = next((party for party in file.unsigned if party.letter == request.POST.get("letter")), None)
        if file.open_determination is None or party is None:
            raise Refused("signature.exists", "这一方已经签过字了，或文书已不能再签")
        note_refusal(
            instrument_id=file.open_determination.instrument.pk,
            party_id=party.pk,
            officer=deciding.officer_of(request),
            note=request.POST.get("note", ""),
        )

    return deciding.decide(request, case_id, act, done=gettext_noop("已注明拒签"))


@audience("police")
@require_POST
def attend(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take a field case up and stay with it."""
    officer = deciding.officer_of(request)
    case = case_for(officer, case_id)
    try:
        cases.attend(case_id=case.pk, officer=officer)
    except Refused as fault:
        return deciding.show_case(request, case_id, refusal=fault)
    messages.success(request, gettext("已接手，当事人会看到民警已在处理"))
    return redirect(f"/police/cases/{case_id}/?queue=field")


@audience("police")
@require_POST
def resume(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Hand the case back to the parties, to go on online."""
    return deciding.decide(
        request,
        case_id,
        lambda case, officer: cases.resume_online(case_id=case.pk, officer=officer),
        done=gettext_noop("已交还当事人继续线上办理"),
    )


@audience("police")
@require_POST
def transfer(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The ordinary procedure takes over."""
    return deciding.decide(
        request,
        case_id,
        lambda case, officer: cases.close_as_transferred(case_id=case.pk, officer=officer),
        done=gettext_noop("已转一般程序，线上案件作为记录保存"),
    )


@audience("police")
@require_POST
def settle(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Settled on the spot, nothing left to do online."""
    return deciding.decide(
        request,
        case_id,
        lambda case, officer: cases.close_attended(case_id=case.pk, officer=officer),
        done=gettext_noop("现场处理完毕，已结案"),
    )


@audience("reviewer")
@require_POST
def review(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Decide a review: uphold, or order a new determination."""

    def act(case: Case, officer: object) -> None:
        found = review_of(case.pk)
        if found is None:
            raise Refused("review.unknown", "没有找到这件复核")
        decide_review(
            review_id=found.pk,
            officer=deciding.officer_of(request),
            outcome=request.POST.get("outcome", ""),
            conclusion=request.POST.get("conclusion", ""),
        )

    return deciding.decide(request, case_id, act, done=gettext_noop("复核结论已出具并送达"))


@audience("police")
@require_POST
def retry(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Try again what the product could not finish alone: a parked event or a failed message of this case."""
    case = case_for(deciding.officer_of(request), case_id)
    key = request.POST.get("key", "")
    kind, _, row_id = key.partition("-")
    try:
        if kind == "event":
            retry_event(event_id=Event.objects.get(pk=int(row_id), stream=case.pk).pk)
        else:
            retry_exchange(exchange_id=Exchange.objects.get(pk=UUID(row_id), stream=case.pk).pk)
    except (ValueError, Event.DoesNotExist, Exchange.DoesNotExist):
        raise NotFound("trouble.unknown", "没有找到这个事项") from None
    messages.success(request, gettext("已重新排队处理，几秒后看结果"))
    return redirect(f"/police/cases/{case_id}/?queue=exceptions")
