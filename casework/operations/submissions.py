"""One form, one entry: the key that a form carries says whether it was sent before."""


class KeyReused(Exception):
    """The key belongs to an entry about something else; the sentence says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "Not saved: this form had been sent before, for something else. Check it and save again."
        )
