"""The Celery application. Start it with `celery -A casework.config.celery worker` or `… beat`."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casework.config.settings")

app = Celery("porchlight")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["casework"])


@worker_init.connect
@beat_init.connect
def refuse_unsafe_start(**_: object) -> None:
    """The worker and the clock hold themselves to the same checks as the web server."""
    from casework import checks

    checks.refuse_unsafe_start()
