"""Answers to the checklists, and what the rules made of them at each moment."""

from collections.abc import Iterable

import pgtrigger
from django.db import models
from django.db.models import F, Q

from casework.models.episode import Episode
from casework.models.fields import choices_of, public_id
from casework.models.people import User
from casework.models.standing_triggers import KEPT_BY_ASSESSMENT
from casework.policies.time_words import Precision


class Said(models.TextChoices):
    """What can be said to a question; the values are those of `risk.Answer`."""

    YES = "yes", "Yes"
    NO = "no", "No"
    DONT_KNOW = "dont_know", "Don't know"
    NOT_ASKED = "not_asked", "Not asked yet"
    DECLINED = "declined", "Youth chose not to say"


class Informant(models.TextChoices):
    """Who or what an answer comes from."""

    CAREGIVER = "caregiver", "Caregiver"
    CASE_FILE = "case_file", "Case file"
    SCHOOL = "school", "School"
    POLICE = "police", "Police"
    YOUTH = "youth", "The youth"
    FRIEND = "friend", "Friend or relative"
    OTHER = "other", "Someone or something else"


class ChecklistAnswerQuerySet(models.QuerySet["ChecklistAnswer"]):
    """Which answers."""

    def latest_of(
        self, episodes: Iterable[int], *, keys: Iterable[str] | None = None
    ) -> "ChecklistAnswerQuerySet":
        """The latest answer to each question (or to these) of each of these episodes, by id."""
        answers = self.filter(episode__in=list(episodes))
        if keys is not None:
            answers = answers.filter(key__in=list(keys))
        return answers.order_by("episode_id", "key", "-recorded_at", "-id").distinct(
            "episode_id", "key"
        )


class ChecklistAnswer(models.Model):
    """One answer to one question of an episode. Answers are added; the latest one counts."""

    public_id = public_id()
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="answers")
    key = models.CharField(max_length=60, help_text="The item's key, like pull.older_person")
    answer = models.CharField(max_length=10, choices=Said.choices)
    evidence = models.TextField(max_length=2_000, blank=True)
    informant = models.CharField(max_length=10, choices=Informant.choices, blank=True)
    true_at = models.DateTimeField(null=True, blank=True, help_text="When it was true")
    true_precision = models.CharField(
        max_length=10, choices=choices_of(Precision), default=Precision.UNKNOWN
    )
    carried_from = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The answer of an earlier episode that somebody said is still true",
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submission_key = models.UUIDField(unique=True)

    objects = ChecklistAnswerQuerySet.as_manager()

    class Meta:
        ordering = ("-recorded_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(answer__in=Said.values), name="checklist_answer_known"
            ),
            models.CheckConstraint(
                condition=Q(true_at__isnull=True) | Q(true_at__lte=F("recorded_at")),
                name="checklist_true_before_recorded",
            ),
            models.CheckConstraint(
                condition=Q(true_at__isnull=True, true_precision=Precision.UNKNOWN)
                | (Q(true_at__isnull=False) & ~Q(true_precision=Precision.UNKNOWN)),
                name="checklist_true_says_how_exactly",
            ),
        )
        indexes = (
            models.Index(
                fields=("episode", "key", "-recorded_at", "-id"), name="checklist_answer_latest"
            ),
        )
        triggers = (
            pgtrigger.Protect(name="only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"Checklist answer {self.public_id}"


class AssessmentRecord(models.Model):
    """What a ruleset concluded at one moment, with all it rested on: it can be run again."""

    public_id = public_id()
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="assessments")
    version = models.CharField(max_length=40, help_text="Of the ruleset")
    digest = models.CharField(max_length=40)
    answers = models.JSONField(help_text="Answer by key")
    facts = models.JSONField(help_text="The fields of EpisodeFacts; null is not known")
    findings = models.JSONField(help_text="Codes of the rules that held")
    marks = models.JSONField(help_text="What was raised")
    is_assessed = models.BooleanField(help_text="Every question for tonight answered Yes or No")
    made_at = models.DateTimeField()
    because_of = models.CharField(max_length=80, help_text="What caused it: an item's key, a fact")

    class Meta:
        ordering = ("-made_at", "-id")
        indexes = (models.Index(fields=("episode", "-made_at", "-id"), name="assessment_latest"),)
        triggers = (
            pgtrigger.Protect(name="only_added", operation=pgtrigger.Update | pgtrigger.Delete),
            *KEPT_BY_ASSESSMENT,
        )

    def __str__(self) -> str:
        return f"Assessment {self.public_id}"
