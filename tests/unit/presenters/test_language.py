"""The hint about words: one message, at most three words, each with its why and what to write."""

from casework.presenters.language import hint_after_saving, hint_while_writing

FOUR = "AWOL again, a runner, left by choice, and her boyfriend."


def test_nothing_to_say_says_nothing():
    assert hint_after_saving(["Went missing on Monday.", ""]) == ""
    assert hint_while_writing([]) == ""


def test_the_word_is_named_with_why_and_what_to_write():
    hint = hint_while_writing(["Chronic runner."])

    assert hint.startswith("A word to think about:\n“runner”: Running is something a youth did")
    assert "Write instead: went missing 4 times" in hint
    assert "You can save it as it is." in hint
    assert "quotation marks" in hint


def test_after_saving_it_says_that_what_was_written_stays_and_how_to_say_it_better():
    hint = hint_after_saving(["Chronic runner."])

    assert "saved as it stands. To say it better, add to it." in hint


def test_at_most_three_words_are_named():
    lines = hint_after_saving([FOUR]).splitlines()

    assert [line.split(":")[0] for line in lines[1:4]] == ["“AWOL”", "“runner”", "“left by choice”"]
    assert lines[4] == "And 1 more."


def test_the_same_advice_is_given_once():
    hint = hint_after_saving(["A runner.", "Runners both, and a Runner again."])

    assert hint.count("Write instead") == 1


def test_a_word_over_two_lines_is_named_on_one():
    assert "“frequent flier”" in hint_after_saving(["A frequent\nflier."])


def test_a_question_as_advice_ends_as_a_question():
    hint = hint_after_saving(["Asked: why did you run away"])

    assert "couldn't stay?\n" in hint


def test_the_youths_own_words_are_left_alone():
    assert hint_after_saving(["He said “my boyfriend, I am a runner”."]) == ""
