"""What the links room forgets, and when: the texts that the simulated carrier took in."""

from datetime import timedelta

from kuaichu import clock, law
from kuaichu.law.divisions import NATION
from kuaichu.links.models import OutboxMessage


def forget_messages() -> int:
    """Delete messages after retention.message. Returns how many."""
    keep = timedelta(days=law.value("retention.message", on=clock.today(), place=NATION).number)
    return OutboxMessage.objects.filter(at__lt=clock.now() - keep).delete()[0]
