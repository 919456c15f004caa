"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation


def common(request: HttpRequest) -> dict[str, object]:
    """`lang` (zh or en), `is_demo`, and whether the page was asked for without scripts."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return {"lang": "en" if language.startswith("en") else "zh", "is_demo": settings.DEMO}
