"""The guided photos: three that are needed, up to six more. Scripts add the camera and the queue that survives a dead
network; without them each place has a plain form."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kuaichu import clock
from kuaichu.cases.states import PhotoState, Stage
from kuaichu.dossier.actions import photos as photo_actions
from kuaichu.dossier.models import Photo
from kuaichu.dossier.photos import RETAKE_REASONS, Slots, slots_at
from kuaichu.dossier.queries import photos_of
from kuaichu.dossier.states import PhotoCheck
from kuaichu.errors import Refused
from kuaichu.web.audience import audience
from kuaichu.web.driver import words
from kuaichu.web.driver.visit import Faults, Visit, attempt, party_page, show

_SAMPLES = Path(settings.ROOT).parent.parent / "demo" / "photos"
_SAMPLE_FILES = {"scene_front": "a_scene_front.jpg", "scene_rear": "a_scene_rear.jpg", "impact": "a_impact.jpg"}


@audience("driver")
@require_safe
@party_page
def photos(request: HttpRequest, visit: Visit) -> HttpResponse:
    """All places with what is there already."""
    return _page(visit, Faults())


def _page(visit: Visit, faults: Faults, *, at_slot: str = "") -> HttpResponse:
    case = visit.case
    if case.stage != Stage.EVIDENCE or case.photo_state == PhotoState.SUBMITTED:
        return redirect(visit.base)
    slots, taken = _slots(visit), {photo.slot: photo for photo in photos_of(case.pk)}
    cells = [_cell(code, taken.get(code), is_needed=code in slots.required) for code in slots.all]
    free = [cell for cell in cells if not cell["photo"] and not cell["is_needed"]]
    shown = [cell for cell in cells if cell["photo"] or cell["is_needed"]] + free[:1]
    is_ready = all(cell["photo"] and not cell["must_retake"] for cell in cells if cell["is_needed"])
    due = next((cell for cell in shown if cell["is_needed"] and (not cell["photo"] or cell["must_retake"])), None)
    context = {
        "cells": shown,
        "outlines": [*slots.required, "extra"],
        "due": due,
        "is_ready": is_ready and not any(cell["must_retake"] for cell in shown),
        "is_retake": case.photo_state == PhotoState.RETAKE,
        "count_needed": len(slots.required),
        "count_extra": len(slots.extra),
        "refusal": faults.refusal,
        "at_slot": at_slot,
        "has_samples": settings.DEMO and _SAMPLES.exists() and not is_ready,
        "bar": 1,
    }
    return show(visit, "photos", context, status=faults.status)


def _slots(visit: Visit) -> Slots:
    return slots_at(on=clock.local_day(visit.case.created_at), place=visit.case.place_id)


def _cell(code: str, photo: Photo | None, *, is_needed: bool) -> dict[str, object]:
    name, hint = words.slot(code)
    must_retake = photo is not None and photo.check_state == PhotoCheck.RETAKE
    reason = str(RETAKE_REASONS.get(photo.retake_reason, "")) if photo is not None and must_retake else ""
    return {
        "slot": code,
        "name": name,
        "hint": hint,
        "photo": photo,
        "is_needed": is_needed,
        "must_retake": must_retake,
        "reason": reason,
        "is_passed": photo is not None and photo.check_state == PhotoCheck.PASSED,
    }


@audience("driver")
@require_http_methods(["GET", "HEAD", "POST"])
@party_page
def photo(request: HttpRequest, visit: Visit, slot: str) -> HttpResponse:
    """One place: take it (file chooser), without any script."""
    if slot not in _slots(visit).all:
        raise Http404
    if visit.case.stage != Stage.EVIDENCE or visit.case.photo_state == PhotoState.SUBMITTED:
        return redirect(visit.base)
    faults = Faults()
    if request.method == "POST":
        faults = attempt(lambda: _receive(visit, slot))
        if faults.refusal is None:
            return redirect(visit.url("photos"))
    present = next((item for item in photos_of(visit.case.pk) if item.slot == slot), None)
    cell = _cell(slot, present, is_needed=slot in _slots(visit).required)
    return show(visit, "photo", {"cell": cell, "refusal": faults.refusal, "bar": 1}, status=faults.status)


def _receive(visit: Visit, slot: str) -> None:
    sent = visit.request.FILES.get("photo")
    if sent is None:
        raise Refused("photo.none", "还没有选照片，请先拍一张")
    photo_actions.receive_photo(party_id=visit.party.pk, slot=slot, data=sent.read())


@audience("driver")
@require_POST
@party_page
def submit(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Hand the photos to the officer."""
    if visit.case.photo_state == PhotoState.SUBMITTED or visit.case.stage != Stage.EVIDENCE:
        return redirect(visit.base)
    faults = attempt(lambda: photo_actions.submit_photos(party_id=visit.party.pk))
    return redirect(visit.base) if faults.refusal is None else _page(visit, faults)


@audience("driver")
@require_POST
@party_page
def samples(request: HttpRequest, visit: Visit) -> HttpResponse:
    """In the demonstration: sample photos for the places that are still empty."""
    if not settings.DEMO:
        raise Http404
    taken = {item.slot for item in photos_of(visit.case.pk) if item.check_state != PhotoCheck.RETAKE}

    def fill() -> None:
        for slot in _slots(visit).required:
            if slot not in taken and slot in _SAMPLE_FILES:
                data = (_SAMPLES / _SAMPLE_FILES[slot]).read_bytes()
                photo_actions.receive_photo(party_id=visit.party.pk, slot=slot, data=data)

    faults = attempt(fill)
    return redirect(visit.url("photos")) if faults.refusal is None else _page(visit, faults)
