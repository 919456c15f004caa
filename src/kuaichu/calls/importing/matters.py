"""After the rows: the repeats and duplicates that the file names, and the lines of the ledger they make."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max

from kuaichu import clock
from kuaichu.calls import linking
from kuaichu.calls.importing.storing import IN_ONE_QUESTION, note_changes
from kuaichu.calls.models import Call, RepeatChain
from kuaichu.calls.states import Source, Validity
from kuaichu.calls.thresholds import thresholds_of

BATCH = 2000
FRESH = timedelta(days=1)  # stored so lately: by this import, or by the part of it that was cut off
MOST_LOOKED_AT = 3000  # a few days of a city's calls; each takes a millisecond or two
LINKED_AT_ONCE = 100


def tie(roots: Mapping[str, Mapping[str, str]], place_code: str) -> None:
    """Role (repeat_of, incident) -> number -> number of the first call. What stands so already is left as it is."""
    touched: set[int] = set()
    for role, links in roots.items():
        pairs = sorted(links.items())
        for start in range(0, len(pairs), BATCH):
            touched |= _tie_some(role, pairs[start : start + BATCH], place_code)
    lines_of(touched, place_code)


def propose(place_code: str, *, most: int = MOST_LOOKED_AT) -> int:
    """Links for the newest `most` imported calls that name no other call themselves: a file of yesterday's calls is
    looked at like calls that were typed. History is left alone. Returns how many links.
    """
    now = clock.now()
    rows = Call.objects.filter(
        place_id=place_code,
        source=Source.IMPORTED,
        validity=Validity.VALID,
        received_at__gte=now - thresholds_of(place_code).repeat_within,
        stored_at__gte=now - FRESH,
        repeat_of__isnull=True,
        links__isnull=True,
    )
    calls = {call.pk: call for call in rows.order_by("-received_at", "-id")[:most]}
    found = linking.matches_in_turn(place_code, [linking.facts_of(call) for call in calls.values()])
    links, pairs = 0, [(calls[call_id], matches) for call_id, matches in found.items() if matches]
    for start in range(0, len(pairs), LINKED_AT_ONCE):
        with transaction.atomic():
            links += sum(len(linking.keep(call, matches)) for call, matches in pairs[start : start + LINKED_AT_ONCE])
    return links


@transaction.atomic
def _tie_some(role: str, pairs: list[tuple[str, str]], place_code: str) -> set[int]:
    field = f"{role}_id"
    rows = _rows(field, {number for pair in pairs for number in pair}, place_code)
    changed: list[Call] = []
    for number, root in pairs:
        (call_id, now), (root_id, above) = rows[number], rows[root]
        first = above or root_id
        if now != first and call_id != first:
            changed.append(Call(pk=call_id, **{field: first}))
    Call.objects.bulk_update(changed, [field], batch_size=300)
    note_changes([call.pk for call in changed])
    return {getattr(call, field) for call in changed} if role == "repeat_of" else set()


def _rows(field: str, numbers: set[str], place_code: str) -> dict[str, tuple[int, int | None]]:
    asked = sorted(numbers)
    found: dict[str, tuple[int, int | None]] = {}
    for start in range(0, len(asked), IN_ONE_QUESTION):
        some = asked[start : start + IN_ONE_QUESTION]
        rows = Call.objects.filter(place_id=place_code, number__in=some).values_list("number", "id", field)
        found |= {number: (call_id, above) for number, call_id, above in rows}
    return found


@transaction.atomic
def lines_of(root_ids: set[int], place_code: str) -> None:
    """Lines of the ledger for matters that people called about within the days of a repeat; older ones are history."""
    limits = thresholds_of(place_code)
    since = clock.now() - limits.repeat_within
    asked = sorted(root_ids)
    for start in range(0, len(asked), IN_ONE_QUESTION):
        some = asked[start : start + IN_ONE_QUESTION]
        known = {chain.root_id: chain for chain in RepeatChain.objects.filter(root_id__in=some)}
        counts = Call.objects.filter(repeat_of_id__in=some).values("repeat_of_id")
        for row in counts.annotate(count=Count("id"), last=Max("received_at")):
            _line(known, row["repeat_of_id"], row["count"] + 1, row["last"], since, limits.repeat_min, place_code)


def _line(
    known: Mapping[int, RepeatChain],
    root_id: int,
    calls: int,
    last: datetime,
    since: datetime,
    least: int,
    place_code: str,
) -> None:
    chain = known.get(root_id)
    if chain is not None:
        chain.calls, chain.version = calls, chain.version + 1
        if last > chain.last_call_at:
            chain.last_call_at, chain.closed_at = last, None
        chain.save(update_fields=["calls", "version", "last_call_at", "closed_at"])
    elif calls >= least and last >= since:
        RepeatChain.objects.create(root_id=root_id, place_id=place_code, calls=calls, last_call_at=last)
