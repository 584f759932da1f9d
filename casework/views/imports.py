"""Bring earlier records along: upload, say what the columns hold, check, bring in, take out again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from casework.access.decorators import requires
from casework.access.imports import get_import_or_404, imports_visible_to, units_to_choose
from casework.access.permissions import Permission
from casework.forms.imports import ReadForm, UploadForm
from casework.forms.uploads import FORM_AROUND_IT
from casework.models import ImportBatch, ImportState, User
from casework.operations import imports as importing
from casework.policies.import_columns import COLUMNS, Kind, template_csv
from casework.policies.import_text import FileProblem
from casework.presenters.imports import page_of, rows_of
from casework.views.people import signed_in

LISTED = 50
LOOK_AGAIN = "2"  # seconds between two looks at work that goes on


@requires(Permission.HISTORY_IMPORT)
def imports(request: HttpRequest) -> HttpResponse:
    """The files that were received, and the form for another one."""
    user, now = signed_in(request), timezone.now()
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST":
        batch = _received(request, form, user)
        if batch is not None:
            return redirect(batch.get_absolute_url())
    context = {
        "form": form,
        "rows": rows_of(list(imports_visible_to(user)[:LISTED]), now=now),
        "columns": [column for column in COLUMNS if column.kind is not Kind.TIME],
    }
    return render(request, "casework/imports/list.html", context)


def _received(request: HttpRequest, form: UploadForm, user: User) -> ImportBatch | None:
    """The file, kept; None where the form says what is wrong with it."""
    try:
        importing.refuse_size(int(request.META.get("CONTENT_LENGTH") or 0) - FORM_AROUND_IT)
        if not form.is_valid():
            return None
        parts = form.cleaned_data["file"].chunks()
        return importing.receive(parts=parts, by=user, now=timezone.now())
    except (importing.Refused, FileProblem) as error:
        form.errors.clear()
        form.add_error("file", str(error))
        return None


@requires(Permission.HISTORY_IMPORT)
def import_template(request: HttpRequest) -> HttpResponse:
    """The file to start from."""
    response = HttpResponse(template_csv(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="porchlight-earlier-records.csv"'
    return response


@requires(Permission.HISTORY_IMPORT)
def import_page(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """One import as far as it has come; while it waits, how its file is read."""
    user, now = signed_in(request), timezone.now()
    batch = get_import_or_404(user, import_id)
    form = None
    if batch.state in (ImportState.RECEIVED, ImportState.CHECKED):
        data = request.POST if request.method == "POST" else None
        form = ReadForm(data, batch=batch, units=units_to_choose(user))
        if form.is_bound and form.is_valid():
            try:
                importing.ask_check(batch=batch, by=user, now=now, how=form.how)
                return redirect(batch.get_absolute_url())
            except importing.Refused as error:
                form.add_error(None, str(error))
    context = {"form": form, "page": page_of(batch, now=now), "batch": batch}
    response = render(request, "casework/imports/import.html", context)
    if batch.is_at_work:
        response["Refresh"] = LOOK_AGAIN
    return response


@requires(Permission.HISTORY_IMPORT)
@require_POST
def bring_in(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Have a checked file brought in."""
    user = signed_in(request)
    batch = get_import_or_404(user, import_id)
    try:
        importing.ask_import(batch=batch, by=user, now=timezone.now())
    except importing.Refused as error:
        messages.error(request, str(error))
    return redirect(batch.get_absolute_url())


@requires(Permission.HISTORY_IMPORT)
@require_POST
def cancel_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Stop the work on a file, and forget the file."""
    user = signed_in(request)
    batch = get_import_or_404(user, import_id)
    try:
        importing.cancel(batch=batch, by=user, now=timezone.now())
    except importing.Refused as error:
        messages.error(request, str(error))
    return redirect(batch.get_absolute_url())


@requires(Permission.HISTORY_IMPORT)
def undo_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Take an import out again, after a look at what goes."""
    user, now = signed_in(request), timezone.now()
    batch = get_import_or_404(user, import_id)
    if request.method == "POST" or batch.state != ImportState.IMPORTED:
        try:
            if request.method == "POST":
                importing.ask_undo(batch=batch, by=user, now=now)
        except importing.Refused as error:
            messages.error(request, str(error))
        return redirect(batch.get_absolute_url())
    context = {"page": page_of(batch, now=now), "batch": batch}
    return render(request, "casework/imports/undo.html", context)
