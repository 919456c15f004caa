"""What parties choose and how a review ends."""

from django.db import models


class Choice(models.TextChoices):
    """A party's answer to the proposal (Art. 20)."""

    AGREE = "agree", "同意，自行协商"
    POLICE = "police", "申请民警在线认定"


class ReviewState(models.TextChoices):
    """applied → upheld | reopened (Art. 76) | withdrawn (Art. 75)."""

    APPLIED = "applied", "待复核"
    UPHELD = "upheld", "维持原认定"
    REOPENED = "reopened", "责令重新认定"
    WITHDRAWN = "withdrawn", "申请人撤回"
