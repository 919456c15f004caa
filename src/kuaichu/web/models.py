"""What the API remembers of calls, so that a call which is sent twice happens once."""

from django.db import models

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
