"""What every worker process of the tests needs, imported once: a forked worker starts with it in no time."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "kuaichu.settings"

import django

django.setup()

import kuaichu.worker  # noqa: E402, F401 - only now may the models be imported
