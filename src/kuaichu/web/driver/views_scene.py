"""At the scene: safety first, the screening questions, and what they mean."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from kuaichu import clock, law
from kuaichu.cases import actions
from kuaichu.cases.fasttrack import barriers
from kuaichu.cases.states import Stage
from kuaichu.errors import Refused
from kuaichu.money import yuan_text
from kuaichu.web.audience import audience
from kuaichu.web.driver import words
from kuaichu.web.driver.visit import Faults, Visit, after, attempt, party_page, show


@audience("driver")
@require_safe
@party_page
def safety(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Hazard lights, people off the road, the triangle."""
    steps = law.safety_steps(on=clock.local_day(visit.case.created_at), place=visit.case.place_id)
    return show(visit, "safety", {"safety_steps": steps, "bar": 0})


@audience("driver")
@require_safe
@party_page
def screening(request: HttpRequest, visit: Visit) -> HttpResponse:
    """On to the next question that can still change the result."""
    if visit.case.stage != Stage.REPORTED:
        return redirect(visit.base)
    following = _screen(visit).next_question or law.QUESTIONS[0]
    return redirect(f"{visit.base}screening/{following.code}/")


@audience("driver")
@require_http_methods(["GET", "HEAD", "POST"])
@party_page
def question(request: HttpRequest, visit: Visit, code: str) -> HttpResponse:
    """One question; an earlier answer can be corrected by going back."""
    asked = next((item for item in law.QUESTIONS if item.code == code), None)
    if asked is None:
        raise Http404
    if visit.case.stage != Stage.REPORTED:
        return redirect(visit.url("result") if visit.case.track else visit.base)
    faults = Faults()
    if request.method == "POST":
        faults = attempt(lambda: _answer(visit, asked, request.POST.get("answer", "")))
        if after(visit, faults) is not None:
            return _after_answer(visit)
    answers = _answers(visit)
    earlier = [item.code for item in law.QUESTIONS if item.code in answers and item.code != code]
    said = words.answers(code)
    context = {
        "question": asked,
        "answers": said,
        "given": said.get(answers.get(code, ""), ""),
        "number": [item.code for item in law.QUESTIONS].index(code) + 1,
        "count": len(law.QUESTIONS),
        "back": f"screening/{earlier[-1]}/" if earlier and not answers.get(code) else _before(code),
        "refusal": faults.refusal,
        "bar": 0,
    }
    return show(visit, "question", context, status=faults.status)


def _answer(visit: Visit, asked: law.Question, answer: str) -> None:
    if answer not in asked.choices:
        raise Refused("screening.unknown_answer", "请选择一个回答")
    actions.answer_screening(party_id=visit.party.pk, question=asked.code, answer=answer)


def _before(code: str) -> str:
    codes = [item.code for item in law.QUESTIONS]
    position = codes.index(code)
    return f"screening/{codes[position - 1]}/" if position else "safety/"


def _after_answer(visit: Visit) -> HttpResponse:
    visit.case.refresh_from_db()
    page = "screening" if visit.case.stage == Stage.REPORTED else "result"
    return redirect(visit.url(page))


def _answers(visit: Visit) -> dict[str, str]:
    return dict(visit.case.answers.values_list("question", "answer"))


def _screen(visit: Visit) -> law.Screening:
    return law.screen(_answers(visit), on=clock.local_day(visit.case.created_at), place=visit.case.place_id)


@audience("driver")
@require_http_methods(["GET", "HEAD", "POST"])
@party_page
def result(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What to do now, why, and by which article; a wrong tap can be taken back."""
    faults = Faults()
    if request.method == "POST":
        faults = attempt(lambda: actions.correct_screening(party_id=visit.party.pk))
        if faults.refusal is None:
            return redirect(visit.url("screening"))
    if not visit.case.track:
        return redirect(visit.base)
    fine = law.value("fasttrack.leave_fine", on=clock.today(), place=visit.case.place_id).number
    screening = _screen(visit)
    against = barriers(visit.case) if visit.case.officer_request_reason == "not_online" else ()
    context = {
        "screening": screening,
        "all_reasons": (*screening.reasons, *against),
        "refusal": faults.refusal,
        "is_kept": visit.case.track == law.Track.KEEP_SCENE.value,
        "barriers": against,
        "must_call": visit.case.track == law.Track.PHOTOGRAPH_LEAVE_CALL.value,
        "can_correct": visit.case.photos_submitted_at is None,
        "fine_yuan": yuan_text(fine).removesuffix(".00"),
    }
    return show(visit, "result", context, status=faults.status)
