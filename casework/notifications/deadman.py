"""The dead-man switch: a watcher outside who raises the alarm when nothing is heard from here."""

import logging
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from celery.exceptions import SoftTimeLimitExceeded

log = logging.getLogger(__name__)

ANSWER_WITHIN = 5  # seconds


def ping(url: str) -> str:
    """Fetch the address once. Gives "", or in a sentence why the sign of life did not arrive.

    The address is a secret, so neither the sentence nor the log names it, and nothing is raised:
    an error would quote it.
    """
    if not url.startswith(("https://", "http://")):
        return "DEADMAN_URL must begin with https:// or http://."
    try:
        request = Request(url, headers={"User-Agent": "Porchlight"})  # noqa: S310 (see above)
        with urlopen(request, timeout=ANSWER_WITHIN):  # noqa: S310
            return ""
    except SoftTimeLimitExceeded:
        wrong = "The address did not answer in time."
    except HTTPError as error:
        wrong = f"The address answered {error.code}."
        error.close()
    except TimeoutError:
        wrong = f"The address did not answer within {ANSWER_WITHIN} seconds."
    except (OSError, ValueError, HTTPException) as error:
        cause = getattr(error, "reason", error)
        wrong = f"The address could not be reached ({type(cause).__name__})."
    log.warning("No sign of life was sent: %s", wrong)
    return wrong
