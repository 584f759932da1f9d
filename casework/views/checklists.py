"""The checklist of an episode: a page of questions, each of which is saved by itself."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from casework import audit
from casework.access import kept_answers
from casework.access.decorators import requires
from casework.access.permissions import Permission
from casework.access.scoping import get_episode_or_404
from casework.forms.checklists import AnswerForm
from casework.models import ChecklistAnswer, Episode, User
from casework.operations import assessing
from casework.operations.submissions import KeyReused
from casework.presenters.checklists import (
    Question,
    Sheet,
    answered_words,
    is_asked,
    page_address,
    sheet_of,
)
from casework.presenters.episodes import name_and_age
from casework.presenters.language import hint_after_saving
from casework.views.people import signed_in
from casework.views.words import hint_at_words

QUESTION = "casework/checklist/_question.html"
KEPT = "You were signed out. Your answer is kept: check it and save it."


@requires(Permission.EPISODE_UPDATE)
@require_safe
def checklist(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """All questions with their answers, and what they change now."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    audit.record("checklist.read", subject=episode, by=user, at=now)
    return _page(request, episode, sheet_of(episode, now=now), now=now)


@requires(Permission.EPISODE_UPDATE)
def answer_item(request: HttpRequest, episode_id: UUID, key: str) -> HttpResponse:
    """Save one answer. Scripts get the question back alone; without them the page comes back."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    data = kept_answers.answers_of(request, now=now)
    if not is_asked(key):
        return _not_asked(request, episode, data, now=now)
    if data is None:
        return redirect(page_address(episode, key))
    carried = _carried(data, episode, key)
    form = AnswerForm(
        data,
        episode=episode,
        key=key,
        standing=assessing.answers_of(episode).get(key),
        carried=carried,
        now=now,
    )
    notice = KEPT if request.method == "GET" else ""
    if request.method == "POST" and _save(
        form, episode, by=user, now=now, key=key, carried=carried
    ):
        return _saved(request, form, episode, key, now=now)
    sheet = sheet_of(episode, now=now)
    if request.headers.get("HX-Request"):
        context = {"question": sheet.questions[key], "form": form, "notice": notice}
        return render(request, QUESTION, context)
    return _page(request, episode, sheet, now=now, sent=form, sent_key=key, notice=notice)


def _save(
    form: AnswerForm,
    episode: Episode,
    *,
    by: User,
    now: datetime,
    key: str,
    carried: ChecklistAnswer | None,
) -> bool:
    """Whether the answer was saved; if not, the form says why, with all that was typed."""
    if not form.is_valid():
        return False
    try:
        assessing.answer(
            episode=episode,
            by=by,
            now=now,
            key=key,
            given=form.cleaned_data["given"],
            based_on=form.cleaned_data["based_on"],
            submission_key=form.cleaned_data["submission_key"],
            carried_from=carried,
        )
    except assessing.AnsweredMeanwhile as error:
        mine = form.cleaned_data["given"].said
        form.add_error(None, answered_words(error.latest, mine, episode.zone))
        form.show_standing(error.latest)
    except KeyReused as error:
        form.renew_key()
        form.add_error(None, str(error))
    except (assessing.EpisodeClosed, assessing.NotAsked) as error:
        form.add_error(None, str(error))
    return form.is_valid()


def _saved(
    request: HttpRequest, form: AnswerForm, episode: Episode, key: str, *, now: datetime
) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        hint_at_words(request, form)
        return redirect(page_address(episode, key))
    episode.refresh_from_db()
    sheet = sheet_of(episode, now=now)
    question = sheet.questions[key]
    context = {
        "question": question,
        "form": AnswerForm(episode=episode, key=key, standing=question.standing, now=now),
        "verdict": sheet.verdict,
        "episode": episode,
        "is_swapped": True,
        "hint": hint_after_saving(form.narratives()),
    }
    return render(request, "casework/checklist/_saved.html", context)


def _not_asked(
    request: HttpRequest, episode: Episode, data: QueryDict | None, *, now: datetime
) -> HttpResponse:
    """Somebody answered a question that is not asked any more: what they typed is not lost."""
    if data is None:
        raise Http404
    typed = data.get("evidence", "")
    if request.headers.get("HX-Request"):
        context = {"episode": episode, "typed": typed}
        return render(request, "casework/checklist/_gone.html", context)
    sheet = sheet_of(episode, now=now)
    return _page(request, episode, sheet, now=now, is_gone=True, typed=typed)


def _carried(data: QueryDict, episode: Episode, key: str) -> ChecklistAnswer | None:
    """The earlier answer of which somebody says that it is still true, if it is the one offered."""
    if "carried_from" not in data:
        return None
    earlier = assessing.earlier_answers(episode).get(key)
    is_meant = earlier is not None and str(earlier.public_id) == data["carried_from"]
    return earlier if is_meant else None


def _page(
    request: HttpRequest,
    episode: Episode,
    sheet: Sheet,
    *,
    now: datetime,
    sent: AnswerForm | None = None,
    sent_key: str = "",
    **context: object,
) -> HttpResponse:
    """The whole page, on which one question may show what was sent."""

    def shown(question: Question) -> tuple[Question, AnswerForm | None]:
        key, standing = question.key, question.standing
        if key == sent_key or sheet.is_closed:
            return question, sent if key == sent_key else None
        return question, AnswerForm(episode=episode, key=key, standing=standing, now=now)

    return render(
        request,
        "casework/checklist/checklist.html",
        {
            "episode": episode,
            "about": name_and_age(episode.youth, episode.zone, now=now),
            "sheet": sheet,
            "verdict": sheet.verdict,
            "sections": [
                (section, [(group, map(shown, group.questions)) for group in section.groups])
                for section in sheet.sections
            ],
            "sent_key": sent_key,
            "form": sent,
            **context,
        },
    )
