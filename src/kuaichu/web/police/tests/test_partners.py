"""What a partner never took, in the officer's words."""

import pytest
from django.conf import settings

from kuaichu.links import actions as links
from kuaichu.links.models import Exchange, ExchangeState
from kuaichu.web.police import partners
from tests import factories

pytestmark = pytest.mark.usefixtures("unit", "insurers")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("network.timeout", "没有应答"),
        ("partner.422", "没有接受"),
        ("partner.503", "系统出错"),
        ("reply.policy", "看不懂"),
        ("", ""),
    ],
)
def test_every_kind_of_failure_has_its_words(code, words):
    assert words in str(partners.failure(code))
    assert bool(words) == bool(partners.failure(code))


def test_a_message_that_was_not_taken_is_told_in_words(client, officer, insurers):
    client.force_login(officer, backend=settings.AUTHENTICATION_BACKENDS[-1])
    case = factories.two_parties().case
    links.queue(
        kind="insurer",
        vendor="default",
        partner=insurers[0].code,
        operation="claim.notify",
        subject_id="1",
        key="k:1",
        stream=case.pk,
    )
    Exchange.objects.update(state=ExchangeState.FAILED, error_code="reply.policy")
    page = client.get(f"/police/cases/{case.pk}/?queue=exceptions").content.decode()
    assert "向保险公司报案" in page
    assert "claim.notify" not in page
    assert "对方的答复看不懂" in page
    assert "技术人员要的代码：reply.policy" in page
