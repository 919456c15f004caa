"""Claims, loss assessments, the computed settlement, approvals and payments. Amounts are integer fen."""

import uuid

from django.db import models
from django.db.models import F, Q

from kuaichu.accounts.models import Agency, Person
from kuaichu.cases.models import Case, Party
from kuaichu.claims.states import ClaimState, PaymentState, Work
from kuaichu.dossier.models import Instrument
from kuaichu.privacy import EncryptedTextField


class Claim(models.Model):
    """What one insurer has to do with one accident of its insured. The policy's facts are the insurer's own answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="claims")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="claims")
    insurer = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="claims")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="claims")
    state = models.CharField(max_length=10, choices=ClaimState.choices, default=ClaimState.NOTIFIED)
    report_number = models.CharField(max_length=40, blank=True)
    is_policy_valid = models.BooleanField(default=False)
    has_ctpl = models.BooleanField(default=False)
    tpl_limit_fen = models.BigIntegerField(default=0)
    tpl_deductible_percent = models.PositiveSmallIntegerField(default=0)
    has_own_damage = models.BooleanField(default=False)
    own_damage_deductible_percent = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    notify_failed_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    refused_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    refused_at = models.DateTimeField(null=True)
    refusal_reason = EncryptedTextField(blank=True)
    refusal_sent_at = models.DateTimeField(null=True)
    flagged_at = models.DateTimeField(null=True)  # a new determination came after money was on its way
    recheck_note = EncryptedTextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "party"], name="claims_claim_one_per_party"),
            models.CheckConstraint(condition=Q(state__in=ClaimState.values), name="claims_claim_state"),
            models.CheckConstraint(condition=Q(tpl_limit_fen__gte=0), name="claims_claim_limit"),
            models.CheckConstraint(
                condition=Q(tpl_deductible_percent__lte=100, own_damage_deductible_percent__lte=100),
                name="claims_claim_deductibles",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | ~Q(report_number=""), name="claims_claim_accepted_has_number"
            ),
            models.CheckConstraint(
                condition=~Q(state=ClaimState.REFUSED) | Q(refused_by__isnull=False, refused_at__isnull=False),
                name="claims_claim_refusal_is_signed",
            ),
        ]
        indexes = [
            models.Index(fields=["insurer", "state", "opened_at"], name="claims_claim_queue"),
            models.Index(fields=["insurer"], name="claims_claim_flagged", condition=Q(flagged_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.report_number or str(self.pk)


class Assessment(models.Model):
    """The loss of one party's vehicle in lines (定损). A change is a new version; the old one stays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="assessments")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="assessments")
    version = models.PositiveSmallIntegerField()
    adjuster = models.ForeignKey(Person, on_delete=models.PROTECT)
    total_fen = models.BigIntegerField()
    assessed_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "version"], name="claims_assessment_version"),
            models.UniqueConstraint(
                fields=["party"], condition=Q(replaced_at__isnull=True), name="claims_assessment_one_in_force"
            ),
            models.CheckConstraint(condition=Q(total_fen__gte=0), name="claims_assessment_total"),
        ]


class AssessmentLine(models.Model):
    """One line: a part (one of the eight 车损部位, or in words), the work, the amount."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    part = models.CharField(max_length=12, blank=True)
    item = models.CharField(max_length=60, blank=True)
    work = models.CharField(max_length=8, choices=Work.choices)
    amount_fen = models.BigIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "position"], name="claims_assessment_line_position"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="claims_assessment_line_amount"),
            models.CheckConstraint(condition=~Q(part="") | ~Q(item=""), name="claims_assessment_line_named"),
            models.CheckConstraint(condition=Q(work__in=Work.values), name="claims_assessment_line_work"),
        ]


class Settlement(models.Model):
    """One computation (理赔计算). Every fen of loss is paid or borne; `problem` instead of lines: a person must compute."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="settlements")
    version = models.PositiveSmallIntegerField()
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="settlements")
    mode = models.CharField(max_length=16, blank=True)
    may_each_pay_own = models.BooleanField(default=False)  # all but the parties' wish is there for 互碰自赔
    steps = models.JSONField(default=list)  # [{"zh", "en", "articles": [{"zh", "en"}]}]
    problem = models.JSONField(default=dict)  # {"code", "zh", "en"} or empty
    loss_fen = models.BigIntegerField(default=0)
    paid_fen = models.BigIntegerField(default=0)
    borne_fen = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="claims_settlement_version"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(voided_at__isnull=True), name="claims_settlement_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(loss_fen=F("paid_fen") + F("borne_fen")), name="claims_settlement_conserves"
            ),
            models.CheckConstraint(
                condition=Q(loss_fen__gte=0, paid_fen__gte=0, borne_fen__gte=0), name="claims_settlement_amounts"
            ),
        ]


class SettlementLine(models.Model):
    """One payment of the computation, or the part that the injured side bears (cover `self`)."""

    settlement = models.ForeignKey(Settlement, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    payer_claim = models.ForeignKey(Claim, on_delete=models.PROTECT, null=True, related_name="lines")
    payer_party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="+")
    payee = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    cover = models.CharField(max_length=16)
    head = models.CharField(max_length=16)
    amount_fen = models.BigIntegerField()
    on_behalf_of = models.CharField(max_length=1, blank=True)
    text_zh = models.CharField(max_length=300)
    text_en = models.CharField(max_length=400)
    articles = models.JSONField(default=list)  # [{"zh", "en"}]

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["settlement", "position"], name="claims_settlement_line_position"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="claims_settlement_line_amount"),
            models.CheckConstraint(
                condition=Q(payer_claim__isnull=False, payer_party__isnull=True)
                | Q(payer_claim__isnull=True, payer_party__isnull=False),
                name="claims_settlement_line_one_payer",
            ),
        ]


class Approval(models.Model):
    """An adjuster's yes to what the insurer pays by one settlement (核赔)."""

    settlement = models.ForeignKey(Settlement, on_delete=models.CASCADE, related_name="approvals")
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="approvals")
    adjuster = models.ForeignKey(Person, on_delete=models.PROTECT)
    amount_fen = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["settlement", "claim"], name="claims_approval_once"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="claims_approval_amount"),
        ]


class Payment(models.Model):
    """What one insurer pays to one party by one settlement, in one sum."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="payments")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="payments")
    payee = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="payments")
    amount_fen = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=PaymentState.choices, default=PaymentState.PLANNED)
    attempts = models.PositiveSmallIntegerField(default=0)
    exchange = models.ForeignKey("links.Exchange", on_delete=models.SET_NULL, null=True, related_name="+")
    partner_reference = models.CharField(max_length=40, blank=True)
    problem_code = models.CharField(max_length=60, blank=True)
    ordered_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)
    ordered_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["settlement", "claim", "payee"], name="claims_payment_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="claims_payment_amount"),
            models.CheckConstraint(condition=Q(state__in=PaymentState.values), name="claims_payment_state"),
            models.CheckConstraint(
                condition=~Q(state=PaymentState.CONFIRMED) | Q(confirmed_at__isnull=False),
                name="claims_payment_confirmed_has_moment",
            ),
        ]


class OwnPayConsent(models.Model):
    """A party's wish that each insurer pays its own car (互碰自赔); it counts when all parties wish it."""

    party = models.OneToOneField(Party, on_delete=models.CASCADE, related_name="own_pay_consent")
    at = models.DateTimeField()
