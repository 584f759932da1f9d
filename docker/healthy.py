"""Health checks of the containers: exit 0 when well. Usage: healthy.py web | healthy.py beat."""

import http.client
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

# Celery's beat writes its schedule file every 3 minutes (celery.beat.Scheduler.sync_every).
OLDEST_SCHEDULE = 7 * 60  # seconds


def web_is_well() -> bool:
    """Whether gunicorn answers, asked under the name that ALLOWED_HOSTS knows."""
    line = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
    line.request("GET", "/health/live", headers={"Host": urlsplit(os.environ["BASE_URL"]).netloc})
    return line.getresponse().status == 200


def beat_is_well() -> bool:
    """Whether beat still writes down where it is."""
    written = max(path.stat().st_mtime for path in Path("/tmp").glob("beat-schedule*"))  # noqa: S108
    return time.time() - written < OLDEST_SCHEDULE


if __name__ == "__main__":
    sys.exit(0 if {"web": web_is_well, "beat": beat_is_well}[sys.argv[1]]() else 1)
