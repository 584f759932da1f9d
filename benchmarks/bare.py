"""The floor of a page with a list: the same layout and sign-in, and 50 rows of a small table."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.urls import path

from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.config.urls import urlpatterns as real

ROWS = 50
PAGE = """{% extends "base.html" %}
{% block title %}Bare{% endblock %}
{% block content %}<h1>Bare</h1>
<table><tbody>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>{% endblock %}
"""


def make_small_table() -> None:
    """Fifty rows of eight columns, like those of a list."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare")
        cursor.execute(
            "CREATE TABLE bare AS SELECT n AS id, now() AS at, 'Jordan Avery, 15' AS name, "  # noqa: S608
            "'Endangered' AS flag, 'in 1 h 32 min' AS due, 'Ana' AS worker, "
            f"'3rd in 90 days' AS times, md5(n::text) AS url FROM generate_series(1, {ROWS}) n"
        )
        cursor.execute("ANALYZE bare")


def get(client: Client, address: str) -> None:
    """Load a page, which must be there."""
    response = client.get(address)
    assert response.status_code == 200, f"{address}: {response.status_code}"


@requires(Permission.SIGNED_IN)
def bare(request: HttpRequest) -> HttpResponse:
    """One query and one table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM bare ORDER BY id")
        rows = cursor.fetchall()
    page = engines["django"].from_string(PAGE)
    return HttpResponse(page.render({"rows": rows}, request))


urlpatterns = [path("bare", bare), *real]
