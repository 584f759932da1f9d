"""The app's clothes of a pure library; it has no models."""

from django.apps import AppConfig


class RiskConfig(AppConfig):
    """Checklists and the rules that turn answers into findings."""

    name = "risk"
