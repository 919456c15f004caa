"""Whose address counts when a reverse proxy stands before us (`kuaichu.wsgi`, KUAICHU_PROXIES)."""

import pytest
from granian.utils.proxies import wrap_wsgi_with_proxy_headers


@pytest.mark.parametrize(
    ("peer", "said", "counts"),
    [
        ("10.0.0.2", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.2", "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # the first one was made up by the caller
        ("10.0.0.2", "203.0.113.7, 10.0.0.3", "203.0.113.7"),  # through two proxies of ours
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # not our proxy: nobody is believed
    ],
)
def test_only_our_own_proxies_say_who_calls(peer, said, counts):
    seen = []
    app = wrap_wsgi_with_proxy_headers(lambda environ, start: seen.append(environ["REMOTE_ADDR"]), "10.0.0.0/24")
    app({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": said}, None)
    assert seen == [counts]
