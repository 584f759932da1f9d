"""The Celery application. Start it with `celery -A casework.config.celery worker` or `… beat`."""

import logging.config
import os

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casework.config.settings")

app = Celery("porchlight")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["casework"])


@setup_logging.connect
def log_as_the_web_server_does(loglevel: int | str | None = None, **_: object) -> None:
    """Keep Celery from setting up logs of its own, which would print what a database error quotes.

    `loglevel` is what the command line asked for.
    """
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
    if loglevel:
        logging.getLogger().setLevel(loglevel)


@worker_init.connect
@beat_init.connect
def refuse_unsafe_start(**_: object) -> None:
    """The worker and the clock hold themselves to the same checks as the web server."""
    from casework import checks

    checks.refuse_unsafe_start()
