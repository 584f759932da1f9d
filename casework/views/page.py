"""What every page needs, at the moment at which it is asked for."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from casework.presenters import page


def every_page(request: HttpRequest) -> dict[str, Any]:
    """Context of every page."""
    return page.every_page(request, now=timezone.now())
