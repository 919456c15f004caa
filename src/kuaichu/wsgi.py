"""The web entry: `granian --interface wsgi kuaichu.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuaichu.settings")
application = get_wsgi_application()
