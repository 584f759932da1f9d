"""The application: it does not start with a data file that it cannot read."""

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured


class CaseworkConfig(AppConfig):
    """Porchlight's one app with models."""

    name = "casework"

    def ready(self) -> None:
        from casework import checks  # noqa: F401 (registers them)
        from casework.operations.protocols import protocols_in_use
        from casework.policies.protocols import ProtocolError
        from risk import RiskFileError, ruleset
        from risk.language import load_words

        try:
            protocols_in_use()
            ruleset()
            load_words()
        except (ProtocolError, RiskFileError) as error:
            raise ImproperlyConfigured(str(error)) from error
