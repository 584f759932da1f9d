"""Health for machines: alive, and ready. No personal data, so no sign-in."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from casework.access.decorators import public
from casework.health import readiness


@public  # a load balancer has no account
def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"alive": True})


@public  # a monitor has no account
def ready(request: HttpRequest) -> JsonResponse:
    """Whether pages can be served and reminders go out; 503 when not."""
    found = readiness(now=timezone.now())
    return JsonResponse(
        {
            "ready": found.is_ready,
            "database": found.database,
            "broker": found.broker,
            "seconds_since_tick": found.seconds_since_tick,
            "oldest_unsent_seconds": found.oldest_unsent_seconds,
            "retrying": found.retrying,
            "given_up_last_day": found.given_up_last_day,
        },
        status=200 if found.is_ready else 503,
    )
