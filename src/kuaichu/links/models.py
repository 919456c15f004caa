"""Messages to and from partners, whether these answer, and what the simulated ones received."""

import uuid

from django.db import models
from django.db.models import Q


class ExchangeState(models.TextChoices):
    """Where a message stands."""

    QUEUED = "queued", "待发送"
    SENDING = "sending", "发送中"
    DONE = "done", "已送达"
    FAILED = "failed", "失败"


class Exchange(models.Model):
    """One message to (or from) a partner. It is written before the call and holds ids only: the body is built when
    sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=20)
    vendor = models.CharField(max_length=40)
    partner = models.CharField(max_length=40, blank=True)
    operation = models.CharField(max_length=40)
    direction = models.CharField(max_length=3, default="out")
    subject_id = models.CharField(max_length=40)
    stream = models.UUIDField(null=True, db_index=True)
    key = models.CharField(max_length=100, unique=True)
    state = models.CharField(max_length=10, choices=ExchangeState.choices, default=ExchangeState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    message_digest = models.CharField(max_length=64, blank=True)
    reply = models.JSONField(default=dict)
    error_code = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="links_exchange_queued", condition=Q(state="queued")),
            models.Index(fields=["claimed_until"], name="links_exchange_sending", condition=Q(state="sending")),
            models.Index(fields=["stream"], name="links_exchange_failed", condition=Q(state="failed")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(direction__in=["out", "in"]), name="links_exchange_direction"),
        ]


class PartnerLine(models.Model):
    """Whether a partner answers: how many tries in a row had no answer, and since when it counts as away."""

    kind = models.CharField(max_length=20)
    partner = models.CharField(max_length=40)
    silences = models.PositiveIntegerField(default=0)
    away_since = models.DateTimeField(null=True)
    next_probe_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "partner"], name="links_line_partner")]


class OutboxMessage(models.Model):
    """A text message that the simulated carrier took in, for the demonstration's outbox."""

    at = models.DateTimeField()
    phone_masked = models.CharField(max_length=20)
    text = models.CharField(max_length=400)
    stream = models.UUIDField(null=True)
    key = models.CharField(max_length=100, unique=True)
