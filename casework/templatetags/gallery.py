"""Made-up samples for the gallery of page pieces, `templates/_components/gallery.html`.

The gallery is how people and browser tests look at every piece in every state. All names are invented,
and the clock stands still: it is Tue Mar 3 2026, 4:28 a.m. in Chicago.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms, template

from casework.policies.time_state import TimeState
from casework.templatetags.ui import ICONS

register = template.Library()

NOW = datetime(2026, 3, 3, 10, 28, tzinfo=UTC)


class OptionHints(forms.RadioSelect):
    """Radio buttons whose first choice has a second line."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the hint that the form templates print below the choice."""
        option = super().create_option(name, value, *args, **kwargs)
        return {**option, "hint": "4:28 a.m."} if value == "now" else option


class GalleryForm(forms.Form):
    """One field of each kind that the pages use."""

    use_required_attribute = False

    who = forms.CharField(
        label="Who is missing?",
        help_text="Name, nickname or case number. If no match, keep typing the name.",
        error_messages={"required": "Enter the youth's name, nickname or case number"},
    )
    told = forms.ChoiceField(
        label="When were you told?",
        help_text="This starts the legal clock.",
        choices=[("now", "Just now"), ("today", "Earlier today"), ("before", "Before today")],
        widget=OptionHints,
        error_messages={"required": "Select when you were told"},
    )
    time = forms.CharField(
        label="About what time?",
        required=False,
        help_text="For example 10:30 pm. A guess is fine.",
        widget=forms.TextInput(attrs={"class": "input-short", "autocomplete": "off"}),
    )
    police = forms.ChoiceField(
        label="Has anyone called the police?",
        required=False,
        choices=[("yes", "Yes"), ("no", "No"), ("unknown", "Not known yet")],
        widget=forms.RadioSelect(attrs={"data-quiet": True}),
    )
    outcome = forms.ChoiceField(
        label="What happened?",
        choices=[
            ("done", "Police took the report"),
            ("tried", "Tried, not done"),
            ("not_needed", "Not needed"),
        ],
        widget=forms.RadioSelect(attrs={"data-layout": "list"}),
        error_messages={"required": "Select what happened"},
    )
    told_whom = forms.MultipleChoiceField(
        label="Who has been told?",
        required=False,
        choices=[("parents", "Parents"), ("court", "Juvenile court"), ("school", "School")],
        widget=forms.CheckboxSelectMultiple,
    )
    agency = forms.ChoiceField(
        label="Police agency",
        choices=[
            ("", "Choose one"),
            ("city", "Central City PD"),
            ("county", "Maple County Sheriff"),
        ],
        error_messages={"required": "Select the police agency"},
    )
    note = forms.CharField(
        label="Note",
        required=False,
        help_text="What was seen or said?",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    agreed = forms.BooleanField(
        label="The caregiver was told that the police are coming",
        error_messages={"required": "Tick the box when the caregiver was told"},
    )

    def clean(self) -> None:
        """Always refuse, so that the error state can be shown."""
        self.add_error("time", "Enter a time like 10:30 pm")


def due(minutes: int | None, absolute: str = "", **more: object) -> dict[str, object]:
    """Give a `due` as the pieces expect it: this many minutes from NOW, or without a set time."""
    if minutes is None:
        return {"state": TimeState.NO_SET_TIME, "state_words": TimeState.NO_SET_TIME.words}
    state = (
        TimeState.OVERDUE
        if minutes < 0
        else TimeState.DUE_SOON
        if minutes < 240
        else TimeState.DUE_LATER
    )
    at = NOW + timedelta(minutes=minutes)
    hours, rest = divmod(abs(minutes), 60)
    length = f"{hours} h {rest} min" if hours else f"{rest} min"
    return {
        "state": state,
        "state_words": state.words,
        "relative": f"{'by' if minutes < 0 else 'in'} {length}",
        "absolute": absolute,
        "at": at,
        "soon_at": at - timedelta(hours=4),
        **more,
    }


@register.simple_tag
def gallery_samples() -> dict[str, Any]:
    """Give every sample that the gallery prints, by name."""
    police = due(-36, "Tue Mar 3, 3:52 a.m. CST", counted_from="2 hours after you were told")
    school = due(92, "Tue Mar 3, 6:00 a.m. CST", counted_from="when the school opens")
    ncmec = due(
        1284,
        "Wed Mar 4, 1:52 a.m. CST",
        counted_from="24 hours after you were told",
        is_provisional=True,
    )
    return {
        "server_time": NOW,
        "clocks": [
            {"title": "Report to police", "url": "#", "due": police},
            {"title": "Call the school", "url": "#", "due": school},
            {"title": "Report to NCMEC", "url": "#", "due": ncmec},
        ],
        "no_set_time": due(None),
        "tiles": [
            {
                "number": 3,
                "words": "with a duty overdue, missing or back",
                "url": "#",
                "state": "overdue",
            },
            {
                "number": 2,
                "words": "with a duty due in 4 hours, missing or back",
                "url": "#",
                "state": "due_soon",
            },
            {"number": 4, "words": "endangered", "url": "#", "state": "endangered"},
            {
                "number": 0,
                "words": "with nobody assigned, missing or back",
                "url": "#",
                "state": "neutral",
            },
            {"number": 2, "words": "missing over 7 days", "url": "#", "state": "neutral"},
        ],
        "identity": {
            "name_and_age": "Jordan A., 15",
            "marks": [{"words": "Endangered", "state": "endangered"}],
            "status": "Missing",
            "reference": "4F7K",
            "since": NOW - timedelta(hours=4, minutes=58),
            "duration": "4 h 58 min",
            "last_seen": "Mon Mar 2, 11:30 p.m. CST",
            "place": "Maple House",
            "notice": "Logged 12 min after you were told.",
        },
        "actions": [
            {"label": "Add a sighting or update", "url": "#", "is_primary": True},
            {"label": "Youth located or returned", "url": "#"},
            {"label": "Print packet", "url": "#", "icon": "print"},
        ],
        "open_duties": [
            {
                "title": "Report to police",
                "url": "#",
                "is_open": True,
                "due": police,
                "work_words": "Tried 3:10 a.m.",
                "owner": "R. Diaz",
                "basis": "required by law",
                "note": "The agency would not take the report. Try again, or call your supervisor.",
            },
            {
                "title": "Call the school",
                "url": "#",
                "is_open": True,
                "due": school,
                "work_words": "Not started",
                "owner": "R. Diaz",
                "basis": "agency target",
            },
            {
                "title": "Report to NCMEC",
                "url": "#",
                "is_open": True,
                "due": ncmec,
                "work_words": "Not started",
                "owner": "R. Diaz",
                "basis": "required by law",
                "phone": "1-800-843-5678",
                "help": "You can do this before the police number arrives.",
            },
            {
                "title": "Keep in touch with police and NCMEC",
                "url": "#",
                "is_open": True,
                "due": due(None),
                "work_words": "Not started",
            },
        ],
        "closed_duties": [
            {
                "title": "Tell your supervisor",
                "url": "#",
                "is_open": False,
                "work_words": "Done Tue Mar 3, 2:31 a.m. CST, on time",
                "owner": "R. Diaz",
                "still_needed": "Name of the person told still needed",
            },
            {
                "title": "Tell the juvenile court",
                "url": "#",
                "is_open": False,
                "work_words": "Not needed: no open court case",
            },
        ],
        "entries": [
            {
                "title": "Police report tried, not taken",
                "url": "#",
                "at": NOW,
                "when": "Tue Mar 3, 3:10 a.m. CST",
                "by": "R. Diaz",
                "recorded": "recorded 3:24 a.m.",
                "detail": "The desk officer asked to call back after 6 a.m.",
            },
            {
                "title": "Last seen time changed to 11:30 p.m.",
                "at": NOW,
                "when": "Tue Mar 3, 2:40 a.m. CST",
                "by": "R. Diaz",
                "is_correction": True,
            },
            {
                "title": "Agency told, clocks started",
                "at": NOW,
                "when": "Tue Mar 3, 1:52 a.m. CST",
                "by": "R. Diaz",
                "recorded": "logged 2:04 a.m.",
            },
            {"title": "Last seen at school", "when": "Mon Mar 2"},
        ],
        "facts": [
            {"label": "Height", "value": "5 ft 6 in", "was": "5 ft 4 in", "change_url": "#"},
            {"label": "Clothing", "value": "Gray hoodie, black jeans", "change_url": "#"},
            {"label": "Marks", "value": "", "add_url": "#"},
            {"label": "Languages", "value": "", "unknown": "Not known (asked)"},
        ],
        "matches": [
            {
                "value": "1",
                "name_and_age": "Jordan A., 15",
                "place": "Maple House",
                "status": "Not missing",
                "is_chosen": True,
            },
            {
                "value": "2",
                "name_and_age": "Jordyn M., 16",
                "place": "Ellis home",
                "status": "Already logged missing, 1:12 a.m.",
                "is_missing": True,
            },
        ],
        "reminders": [
            {
                "title": "Report to police",
                "about": "Jordan A., 15",
                "url": "#",
                "due": police,
                "why": "You own this duty",
                "sent": "sent Tue Mar 3, 3:52 a.m. CST",
                "holding": {"acknowledge_url": "#", "title": "Report to police, Jordan A., 15"},
                "is_new": True,
            },
            {
                "title": "Report to NCMEC",
                "about": "Sam K., 13",
                "url": "#",
                "due": school,
                "why": "You supervise R. Diaz",
                "sent": "sent Tue Mar 3, 2:52 a.m. CST",
                "also": "and 2 earlier messages",
                "holding": {
                    "words": "You are on it until 4:55 a.m. CST.",
                    "hand_back_url": "#",
                    "title": "Report to NCMEC, Sam K., 13",
                },
            },
        ],
        "youth_rows": [
            {
                "name": "Jordan A., 15",
                "flag": "endangered",
                "missing": "4 h 58 min",
                "duty": "Report to police",
                "due": police,
                "worker": "R. Diaz",
            },
            {
                "name": "Riley P., 17",
                "flag": "",
                "missing": "9 d",
                "duty": "Weekly search contacts",
                "due": ncmec,
                "worker": "T. Wu",
            },
            {
                "name": "Casey L., 16",
                "flag": "unknown",
                "missing": "6 h",
                "duty": "Report to NCMEC",
                "due": school,
                "worker": "Nobody yet",
            },
        ],
        "icons": sorted(ICONS),
        "form": GalleryForm(),
        "wrong_form": GalleryForm(data={"wrong-time": "half past"}, prefix="wrong"),
    }
