"""The gentle hint about the words of a narrative: while it is written, and after it was saved."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.forms.base import Form
from casework.presenters.language import hint_after_saving, hint_while_writing


def hint_at_words(request: HttpRequest, form: Form) -> None:
    """After `form` was saved: let the next page name the words that could be better, if any."""
    if hint := hint_after_saving(form.narratives()):
        messages.info(request, hint)


@requires(Permission.SIGNED_IN)
@require_POST  # what people write must not travel in an address
def check_words(request: HttpRequest) -> HttpResponse:
    """The hint about a text that is being written. Nothing of the text is kept."""
    texts = [request.POST[name] for name in request.POST if name != "csrfmiddlewaretoken"]
    return render(request, "casework/words/_hint.html", {"words": hint_while_writing(texts)})
