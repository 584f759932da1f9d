"""Push and pull factors across episodes: what was found, and in how many somebody asked."""

from collections import Counter
from collections.abc import Sequence

from casework.models import Said
from casework.policies.small_numbers import Shown, share_words
from casework.presenters.bars import Amount
from casework.presenters.factor_words import SHORT, keys_of, question_of
from casework.presenters.pattern_parts import (
    TOO_FEW,
    Block,
    Reading,
    Row,
    Table,
    chart_of,
    episodes_words,
    parts_block,
)

PUSH, PULL = "push", "pull"
DEFINITION = (
    "The last answer to each question of an episode counts, so a corrected answer replaces the "
    "earlier one. Yes is told of the episodes that were answered Yes or No. Asked counts Don't know "
    "and Youth chose not to say as well. Only what people answered counts, not what the record "
    "answers by itself."
)


def factor_block(reading: Reading, checklist: str) -> Block:
    """What youth were moving away from (push), or what drew them (pull)."""
    is_push = checklist == PUSH
    title = "What youth were moving away from" if is_push else "What drew them"
    question = (
        "What would have made staying feel safer?"
        if is_push
        else "What did they find there that we could offer here?"
    )
    keys = keys_of(checklist)
    tallies = [_Tally(reading, key) for key in keys]
    if not any(reading.counts.answers.get(key) for key in keys):
        words = "Nobody has answered these questions for any of these episodes yet."
        return Block(
            key=checklist, title=title, sentence=words, question=question, definition=DEFINITION
        )
    if not reading.hides_small:  # an order by size would say something of what is hidden
        tallies.sort(key=lambda tally: (-(tally.yes.number or 0), -(tally.answered or 0)))
    amounts = [
        Amount(
            label=SHORT[tally.key],
            number=tally.yes.number,
            words=reading.words(tally.yes),
            of=tally.answered,
        )
        for tally in tallies
    ]
    rows = [
        Row(label=SHORT[tally.key], cells=[tally.yes_words, tally.asked_words]) for tally in tallies
    ]
    return Block(
        key=checklist,
        title=title,
        sentence=_most(tallies),
        question=question,
        definition=DEFINITION,
        unknown=asked_words(reading),
        chart=chart_of(checklist, title, amounts),
        table=Table(heads=("What was found", "Yes", "Asked"), rows=rows),
        asked=[f"{SHORT[key]}: {question_of(key)}" for key in keys],
    )


class _Tally:
    """One question: its answers, as far as they may be shown."""

    def __init__(self, reading: Reading, key: str) -> None:
        self.key, self.reading = key, reading
        said: Counter[Said] = reading.counts.answers.get(key, Counter())
        yes, no = said[Said.YES], said[Said.NO]
        unsure = said[Said.DONT_KNOW] + said[Said.DECLINED]
        not_asked = reading.total - yes - no - unsure
        cells = reading.shown([yes, unsure, not_asked, no])
        self.yes, self._unsure, self._not_asked, _ = cells or [Shown(None)] * 4

    @property
    def answered(self) -> int | None:
        """Answered Yes or No; None where it may not be shown."""
        if self._unsure.number is None or self._not_asked.number is None:
            return None
        return self.reading.total - self._unsure.number - self._not_asked.number

    @property
    def yes_words(self) -> str:
        """ "14 of 31 (45%)"."""
        if self.answered is None:
            return self.reading.words(self.yes)
        return self.reading.part_words(self.yes, self.answered)

    @property
    def asked_words(self) -> str:
        """ "35 of 46"."""
        if self._not_asked.number is None:
            return self.reading.words(self._not_asked)
        return f"{self.reading.total - self._not_asked.number:,} of {self.reading.total:,}"


def _most(tallies: Sequence[_Tally]) -> str:
    best = max(tallies, key=lambda tally: tally.yes.number or 0)
    if not best.yes.number:
        is_hidden = any(tally.yes.number is None for tally in tallies)
        return TOO_FEW if is_hidden else "No answer is Yes so far."
    few = any(tally.yes.number is None for tally in tallies)
    return (
        f"Most often{', of what may be shown' if few else ''}: {SHORT[best.key]}, in "
        f"{best.yes_words} {'episodes' if best.answered != 1 else 'episode'} where it is known."
    )


def asked_words(reading: Reading) -> str:
    """In how many episodes anybody asked anything about push or pull; not asked is never No."""
    asked = reading.counts.found.total()
    cells = reading.shown([asked, reading.total - asked])
    if cells is None or cells[0].number is None:
        return "Where nobody has asked, nothing is known: it is not a No."
    return (
        f"Something was asked in {share_words(asked, reading.total)} episodes. "
        "Where nobody has asked, nothing is known: it is not a No."
    )


def together_block(reading: Reading) -> Block:
    """Push and pull in the same episode."""
    found = reading.counts.found
    both, push = found[True, True], found[True, False]
    pull, neither = found[False, True], found[False, False]

    def sentence(amounts: Sequence[Amount]) -> str:
        number = amounts[0].number
        if number is None:
            return "How often both were found in one episode is too few to show."
        if number == 0:
            return "Both were found in none of these episodes so far."
        return (
            f"In {share_words(number, reading.total)} episodes the youth had something to get away "
            "from and something to go toward."
        )

    return parts_block(
        reading,
        key="together",
        title="Both at once",
        question="Who could have heard of both before the youth left?",
        definition=(
            "At least one Yes among the questions about what youth move away from, and at least one "
            "among those about what draws them. “It was those two things together,” says a survivor "
            "leader (NCMEC, Jan 9, 2025). Nothing asked: no question of either list has an answer."
        ),
        labels=(
            "Both",
            "Only something to get away from",
            "Only something to go toward",
            "Asked, no Yes so far",
            "Nothing asked yet",
        ),
        numbers=(both, push, pull, neither, reading.total - found.total()),
        sentence=sentence,
        head="Found",
        unknown=f"Of {episodes_words(reading.total)}. More may come to light as more is asked.",
    )
