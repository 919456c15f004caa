"""The web entry: `granian --interface wsgi kuaichu.wsgi:application`.

KUAICHU_PROXIES     addresses (or networks) of our own reverse proxies, comma-separated: what they say of the caller's
                    address in X-Forwarded-For is believed. Without it rate limits would count all callers as the proxy.
"""

import os

from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuaichu.settings")
application = get_wsgi_application()
if proxies := os.environ.get("KUAICHU_PROXIES"):
    application = wrap_wsgi_with_proxy_headers(application, proxies)

from kuaichu.web.command.warming import warm_all  # noqa: E402 - needs the settings

warm_all()
