"""What the machine proposes, what each party chooses, what the officer determines, and its review."""

import uuid

from django.db import models
from django.db.models import Q

from kuaichu.accounts.models import Person
from kuaichu.cases.models import Case, Party
from kuaichu.dossier.models import Instrument
from kuaichu.liability.states import Choice, ReviewState
from kuaichu.privacy import EncryptedTextField


class Proposal(models.Model):
    """The machine's proposal from the facts of one moment. `result` is the JSON of `law`'s Proposal; a new fact, a
    new row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="proposals")
    facts_digest = models.CharField(max_length=64)
    result = models.JSONField()
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(withdrawn_at__isnull=True), name="liability_proposal_one_open"
            )
        ]


class ImpactOrder(models.Model):
    """Which impact came first when three collided, as an officer found it: `impacts` is [[hitter, hit], ...]."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="impact_order")
    impacts = models.JSONField()
    officer = models.ForeignKey(Person, on_delete=models.PROTECT)
    at = models.DateTimeField()


class PartyChoice(models.Model):
    """What a party wants done with a proposal: agree on it, or ask the police to determine online."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="choices")
    party = models.ForeignKey(Party, on_delete=models.CASCADE)
    choice = models.CharField(max_length=8, choices=Choice.choices)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "party"], name="liability_choice_one_per_party"),
        ]


class Determination(models.Model):
    """An officer's decision. `grades` maps party letters to liability grades, `shares` to percent (sum 100 or all
    0). `parked`: letters of the motor vehicles found to be parked lawfully.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="determinations")
    instrument = models.OneToOneField(Instrument, on_delete=models.PROTECT)
    officer = models.ForeignKey(Person, on_delete=models.PROTECT)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, null=True)
    grades = models.JSONField()
    shares = models.JSONField()
    parked = models.JSONField(default=list)
    facts_text = EncryptedTextField()
    is_override = models.BooleanField()
    override_reason = EncryptedTextField(blank=True)
    issued_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(superseded_at__isnull=True), name="liability_determination_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(is_override=False) | ~Q(override_reason=""), name="liability_override_has_reason"
            ),
        ]


class Review(models.Model):
    """A party's application to have a determination reviewed (Art. 71: in writing, three working days, once)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    determination = models.OneToOneField(Determination, on_delete=models.PROTECT, related_name="review")
    applicant = models.ForeignKey(Party, on_delete=models.PROTECT)
    reason = EncryptedTextField()
    state = models.CharField(max_length=10, choices=ReviewState.choices, default=ReviewState.APPLIED)
    applied_at = models.DateTimeField()
    decide_by_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)
    conclusion = EncryptedTextField(blank=True)
    instrument = models.OneToOneField(Instrument, on_delete=models.PROTECT, null=True)

    class Meta:
        indexes = [models.Index(fields=["decide_by_at"], name="liability_review_applied", condition=Q(state="applied"))]
