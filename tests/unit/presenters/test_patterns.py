"""How patterns are drawn and put into words."""

from casework.presenters.bars import Amount, bars_of, columns_of
from casework.presenters.factor_words import SHORT, keys_of, question_of

ON_A_PHONE = 38  # letters: more do not fit beside nothing on 320 pixels


def amount(label: str, number: int | None, of: int | None = None) -> Amount:
    return Amount(label=label, number=number, words=str(number), of=of)


def test_every_question_about_push_and_pull_has_short_words():
    asked = [*keys_of("push"), *keys_of("pull")]

    assert set(asked) == set(SHORT)
    assert all(len(words) <= ON_A_PHONE for words in SHORT.values())
    assert question_of("push.isolation").endswith("?")


def test_the_longest_bar_leaves_room_for_its_number_and_the_others_keep_their_share():
    chart = bars_of("key", "Title", [amount("a", 20), amount("b", 5)])

    assert [bar.width for bar in chart.bars] == ["78.00%", "19.50%"]
    assert chart.about == "a: 20; b: 5."


def test_an_outline_shows_how_many_are_known_and_the_number_stands_after_it():
    bar = bars_of("key", "Title", [amount("a", 10, of=40)]).bars[0]

    assert (bar.width, bar.outline, bar.words_at) == ("19.50%", "78.00%", "78.00%")


def test_nothing_is_drawn_of_what_is_hidden_or_zero():
    chart = bars_of("key", "Title", [amount("a", None), amount("b", 0)])

    assert [bar.width for bar in chart.bars] == ["", ""]


def test_columns_stand_on_one_ground_and_the_highest_and_lowest_are_marked():
    ticks = [("J", "2026"), ("F", ""), ("M", "")]
    chart = columns_of("key", "Title", "", [amount("", 10), amount("", 5), amount("", 7)], ticks)

    ends = {float(column.y) + float(column.height) for column in chart.columns}
    assert len(ends) == 1
    assert [column.is_extreme for column in chart.columns] == [True, True, False]
    assert not chart.is_crowded
