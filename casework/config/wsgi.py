"""The web server's way in."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casework.config.settings")

application = get_wsgi_application()

from casework.checks import refuse_unsafe_start  # noqa: E402 (needs the application)

refuse_unsafe_start()
