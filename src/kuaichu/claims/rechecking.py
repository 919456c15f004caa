"""What would be due now, when liability was determined anew after money had moved. It is shown, never ordered."""

from collections import Counter
from dataclasses import dataclass

from kuaichu.cases.models import Case
from kuaichu.claims import calculation
from kuaichu.claims.models import Assessment, Claim, OwnPayConsent
from kuaichu.liability.queries import grades_in_force


@dataclass(frozen=True)
class DueAnew:
    """What the insurer of one party is to pay to one party under the determination in force."""

    payer_letter: str
    insurer: str
    payee_letter: str
    amount_fen: int


def due_anew(case: Case) -> list[DueAnew]:
    """By payer and payee; empty while no claim is flagged, or while something for the computation is missing."""
    claims = list(Claim.objects.filter(case=case).select_related("party", "insurer"))
    grades = grades_in_force(case.pk)
    if grades is None or all(claim.flagged_at is None for claim in claims):
        return []
    parties = list(case.parties.all())
    totals = dict(Assessment.objects.filter(case=case, replaced_at__isnull=True).values_list("party_id", "total_fen"))
    if {party.pk for party in parties} != set(totals):
        return []
    wishes = OwnPayConsent.objects.filter(party__case=case).count()
    entered = calculation.entered_of(
        parties, claims=claims, grades=grades, totals=totals, is_own_pay_wished=wishes == len(parties)
    )
    computed = calculation.compute(case, entered).result
    sums: Counter[tuple[str, str]] = Counter()
    for line in computed.lines if computed else ():
        if line.payer.kind == "insurer":
            sums[line.payer.letter, line.payee] += line.amount_fen
    names = {claim.party.letter: claim.insurer.short_name for claim in claims}
    return [DueAnew(payer, names[payer], payee, amount) for (payer, payee), amount in sorted(sums.items())]
