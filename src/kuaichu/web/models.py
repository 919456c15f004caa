"""What is remembered of calls and forms, so that one which is sent twice happens once."""

from django.db import models

from kuaichu.cases.models import Party
from kuaichu.privacy import EncryptedTextField


class IdempotentReply(models.Model):
    """The answer to one call under one key. `status` is empty while the call runs; the body may hold secrets."""

    caller = models.CharField(max_length=60)
    key = models.CharField(max_length=100)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = EncryptedTextField(blank=True)
    begun_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="web_reply_once_per_key")]
        indexes = [models.Index(fields=["begun_at"], name="web_reply_by_age")]


class FormKey(models.Model):
    """The party that came of one shown form (reporting, joining): its second tap finds it instead of making another."""

    key = models.CharField(max_length=32, unique=True)
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="web_form_key_by_age")]
