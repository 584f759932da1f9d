"""Health: alive and ready for machines, and the page that says how reminders run."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from casework.access import running as access
from casework.access.decorators import public, requires
from casework.access.permissions import Permission
from casework.access.roles import may
from casework.health import A_DAY, readiness
from casework.presenters.health import light_of
from casework.presenters.people import zone_of
from casework.presenters.running import lines_of, mail_rows, refused_rows
from casework.views.people import signed_in

MOST = 50  # messages of a kind that the page lists


@public  # a load balancer has no account
def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"alive": True})


@public  # a monitor has no account
def ready(request: HttpRequest) -> JsonResponse:
    """Whether pages can be served and reminders go out and reach somebody; 503 when not."""
    found = readiness(now=timezone.now())
    return JsonResponse(
        {
            "ready": found.is_ready,
            "stopped": found.stopped,
            "database": found.database,
            "broker": found.broker,
            "queue_length": found.queue_length,
            "seconds_since_tick": found.seconds_since_tick,
            "by_cron_alone": found.is_by_cron_alone,
            "oldest_unsent_seconds": found.oldest_unsent_seconds,
            "retrying": found.retrying,
            "given_up_last_day": found.given_up_last_day,
            "unreached": found.unreached,
            "seconds_since_ping": found.seconds_since_ping,
        },
        status=200 if found.is_ready else 503,
    )


@requires(Permission.REMINDERS_HEALTH)
def running(request: HttpRequest) -> HttpResponse:
    """How reminders run, and who cannot be reached by mail. Names people, never a youth."""
    user, now = signed_in(request), timezone.now()
    zone = zone_of(user)
    found = readiness(now=now)
    given_up = access.given_up(user, since=now - A_DAY)[:MOST]
    to_be_retried = access.to_be_retried(user)[:MOST]
    return render(
        request,
        "casework/reminder/running.html",
        {
            "light": light_of(found, now=now, zone=zone),
            "lines": lines_of(found, access.pulses(), now=now, zone=zone),
            "refused": list(
                refused_rows(
                    access.refused_addresses(user),
                    with_pages=may(user, Permission.PEOPLE_VIEW),
                    now=now,
                    zone=zone,
                )
            ),
            "given_up": list(mail_rows(given_up, now=now, zone=zone)),
            "to_be_retried": list(mail_rows(to_be_retried, now=now, zone=zone)),
            "most": MOST,
            "now": now,
            "zone": zone,
        },
    )
