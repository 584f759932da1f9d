"""Records that may be of one youth: the list, two side by side, merge and undo."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from casework import audit
from casework.access import kept_answers
from casework.access.decorators import requires
from casework.access.finding import find_youth
from casework.access.permissions import Permission
from casework.access.scoping import (
    duplicates_visible_to,
    get_duplicate_or_404,
    get_episode_or_404,
    get_merge_or_404,
    half_visible_duplicates,
    merges_visible_to,
    youth_visible_to,
)
from casework.forms.merging import AnotherRecordForm, MergeForm, NotSameForm
from casework.models import Merge, PossibleDuplicate, User, Youth
from casework.operations import duplicates as pairs_of_records
from casework.operations import merging
from casework.policies.likeness import RULE
from casework.presenters.duplicates import (
    headings_of,
    merge_rows,
    merge_words,
    not_same_words,
    pair_rows,
    record_choices,
    side_by_side,
    summary_of,
    what_stays,
    words_of_facts,
)
from casework.presenters.episodes import name_and_age
from casework.views.people import signed_in
from casework.views.words import hint_at_words

SHOWN = 50  # pairs on the page; who has more decides about these first
RECENT = 20  # decisions


@requires(Permission.YOUTH_MERGE)
def duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs to decide about, and what was decided."""
    user, now = signed_in(request), timezone.now()
    visible = duplicates_visible_to(user).select_related("youth_a__unit", "youth_b__unit")
    undecided = list(visible.undecided().order_by("-found_at", "-id")[: SHOWN + 1])
    not_same = visible.filter(not_same_at__isnull=False).select_related("not_same_by")
    merges = merges_visible_to(user).standing().select_related("kept__unit", "merged_by")
    return render(
        request,
        "casework/duplicate/list.html",
        {
            "rows": pair_rows(undecided[:SHOWN], now=now),
            "has_more": len(undecided) > SHOWN,
            "merges": merge_rows(merges.order_by("-merged_at", "-id")[:RECENT], now=now),
            "not_same": pair_rows(not_same.order_by("-not_same_at", "-id")[:RECENT], now=now),
            "half_visible": half_visible_duplicates(user).count(),
            "rule": RULE,
        },
    )


@requires(Permission.YOUTH_MERGE)
def duplicate(request: HttpRequest, duplicate_id: UUID) -> HttpResponse:
    """Two records side by side: choose what stays, confirm, merge."""
    user, now = signed_in(request), timezone.now()
    pair = get_duplicate_or_404(user, duplicate_id)
    audit.record("duplicate.read", subject=pair, by=user, at=now, youth=_ids_of(pair))
    context: dict[str, Any] = {"pair": pair, "compared": side_by_side(pair, reader=user, now=now)}
    if settled := _settled(pair, user):
        words = merge_words(settled, now=now)
        kept = name_and_age(settled.kept, settled.kept.unit.zone, now=now)
        context |= {"merge": settled, "merge_words": words, "kept": kept}
        return render(request, "casework/duplicate/merged.html", context)
    if pair.not_same_at is not None:
        context["not_same"] = not_same_words(pair, now=now)
        return render(request, "casework/duplicate/two_youth.html", context)
    answers = kept_answers.answers_of(request, now=now)
    form = MergeForm(
        answers,
        pair=pair,
        usual=merging.usually_kept(pair.youth_a, pair.youth_b),
        words=words_of_facts(pair),
        headings=headings_of(pair, now=now),
    )
    context["form"] = form
    context["clash"] = merging.overlapping_episodes(pair.youth_a, pair.youth_b)
    if request.method == "POST" and request.POST.get("step") != "change" and form.is_valid():
        if request.POST.get("step") != "merge":
            context["summary"] = summary_of(form.kept, form.other, form.choices, now=now)
            return render(request, "casework/duplicate/confirm.html", context)
        try:
            merging.merge(
                keep=form.kept,
                other=form.other,
                choices=form.choices,
                by=user,
                now=now,
                seen=form.cleaned_data["seen"],
            )
        except merging.Refused as error:
            form.add_error(None, str(error))
            form.show_standing()
        else:
            messages.success(request, "The two records are one now. You can undo this.")
            return redirect(pair)
    return render(request, "casework/duplicate/compare.html", context)


def _ids_of(pair: PossibleDuplicate) -> list[str]:
    return [str(pair.youth_a.public_id), str(pair.youth_b.public_id)]


def _settled(pair: PossibleDuplicate, user: User) -> Merge | None:
    """The merge because of which there is nothing to decide about this pair."""
    merged = [youth for youth in (pair.youth_a, pair.youth_b) if youth.merged_into_id is not None]
    entries = merges_visible_to(user).standing().filter(other__in=merged)
    return entries.select_related("kept__unit", "merged_by", "undone_by").first()


@requires(Permission.YOUTH_MERGE)
def not_same(request: HttpRequest, duplicate_id: UUID) -> HttpResponse:
    """Say, with a reason, that these are two youth."""
    user, now = signed_in(request), timezone.now()
    pair = get_duplicate_or_404(user, duplicate_id)
    form = NotSameForm(kept_answers.answers_of(request, now=now))
    if request.method == "POST" and form.is_valid():
        try:
            pairs_of_records.say_not_the_same(
                pair=pair, by=user, now=now, why=form.cleaned_data["why"]
            )
        except pairs_of_records.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Two youth. Nobody is asked about them again.")
            hint_at_words(request, form)
            return redirect("duplicates")
    (row,) = pair_rows([pair], now=now)
    return render(
        request, "casework/duplicate/not_same.html", {"form": form, "pair": pair, "row": row}
    )


@requires(Permission.YOUTH_MERGE)
def ask_again(request: HttpRequest, duplicate_id: UUID) -> HttpResponse:
    """Take back that these are two youth."""
    user, now = signed_in(request), timezone.now()
    pair = get_duplicate_or_404(user, duplicate_id)
    if request.method == "POST":
        pairs_of_records.ask_again(pair=pair, by=user, now=now)
        messages.success(request, "Taken back. You can compare and merge them.")
    return redirect(pair)


@requires(Permission.YOUTH_MERGE)
def undo_merge(request: HttpRequest, merge_id: UUID) -> HttpResponse:
    """Make two records of one again: what comes back and what stays, then the button."""
    user, now = signed_in(request), timezone.now()
    entry = get_merge_or_404(user, merge_id)
    undoing = merging.undoing_of(entry)
    refusal = undoing.refusal
    if request.method == "POST" and entry.undone_at is None:
        try:
            merging.unmerge(entry=entry, by=user, now=now)
        except merging.Refused as error:
            refusal = str(error)
        else:
            messages.success(request, "The merge is undone. There are two records again.")
            return redirect("duplicates")
    if entry.undone_at is not None:
        messages.info(request, "This merge has been undone already.")
        return redirect("duplicates")
    return render(
        request,
        "casework/duplicate/undo.html",
        {
            "entry": entry,
            "kept": name_and_age(entry.kept, entry.kept.unit.zone, now=now),
            "words": merge_words(entry, now=now),
            "stays": what_stays(undoing),
            "refusal": refusal,
        },
    )


@requires(Permission.YOUTH_MERGE)
def another_record(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Look for a second record of an episode's youth, and put the two side by side."""
    user, now = signed_in(request), timezone.now()
    episode = get_episode_or_404(user, episode_id)
    answers = kept_answers.answers_of(request, now=now)
    typed = answers.get("name", "").strip() if answers else ""
    found = {str(one.public_id): one for one in _others(user, episode.youth, typed)}
    if answers and answers.get("record") not in found:
        answers["record"] = ""  # selected among others, for another name
    form = AnotherRecordForm(answers, found=record_choices(found.values(), now=now))
    if request.method == "POST" and form.is_valid():
        other = found.get(form.cleaned_data.get("record", ""))
        if other is not None:
            return redirect(
                pairs_of_records.put_side_by_side(one=episode.youth, other=other, by=user, now=now)
            )
        if typed and not found:
            form.add_error("name", "No other record matches. Try another name or the case number")
        elif not typed:
            form.add_error("name", "Enter a name or a case number, or select a record")
    return render(request, "casework/duplicate/another.html", {"form": form, "episode": episode})


def _others(user: User, youth: Youth, typed: str) -> list[Youth]:
    """Records in scope that somebody's words find, or without words the rules of likeness."""
    if typed:
        return [one for one in find_youth(user, typed).youth if one.pk != youth.pk]
    likely = [one.pk for one in pairs_of_records.likely_records_of(youth)]
    return list(youth_visible_to(user).filter(pk__in=likely).select_related("unit").order_by("pk"))
