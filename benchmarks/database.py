"""An empty database for a benchmark: made beside the real one, and dropped afterwards."""

import contextlib
import io
from collections.abc import Iterator

import django
from django.conf import settings
from django.db import connection


@contextlib.contextmanager
def empty_database() -> Iterator[None]:
    """All tables and no rows, in a database whose name begins with `test_`.

    The same that Django gives to tests, so it never touches what DATABASE_URL holds.
    """
    own = settings.DATABASES["default"]["NAME"]
    with contextlib.redirect_stdout(io.StringIO()):  # one of its steps talks whatever one asks
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(own, verbosity=0)


def versions() -> dict[str, str]:
    """Of Django and PostgreSQL, and whether a commit waits for the disk here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('fsync')")
        server, fsync = cursor.fetchone()
    return {"Django": django.get_version(), "PostgreSQL": f"{server} (fsync {fsync})"}
