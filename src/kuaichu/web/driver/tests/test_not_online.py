"""Outside the hours of a place: clear the scene all the same, and know whom to call."""

import pytest

from kuaichu import clock
from kuaichu.cases.tests.test_fasttrack import NIGHT, STRICT, screened, two_places  # noqa: F401 - a fixture
from kuaichu.web.access import link_of
from kuaichu.web.api.tests.calling import Phone

pytestmark = pytest.mark.usefixtures("unit", "insurers")


def test_the_result_says_why_and_what_to_do(two_places, client):  # noqa: F811
    new = screened(STRICT, NIGHT)
    with clock.moved_by(NIGHT - clock.now()):
        page = client.get(link_of(new.party) + "result/").content.decode()
        assert "拍好照片就撤离" in page
        assert "这里现在不能线上快处" in page
        assert "现在不在线上快处的受理时间，请打 122 或者自行协商。" in page
        assert 'href="tel:122"' in page
        assert client.get(link_of(new.party), follow=True).redirect_chain[-1][0].endswith("result/")
        state = Phone(new.token).read("/case")
        assert (state["officer_request_reason"], state["next"]["page"]) == ("not_online", "result")
