"""The check on words: what it finds, what it says, and what it leaves alone."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk import RiskFileError
from risk.language import find_words, load_words


def words(text: str) -> list[str]:
    return [found.word for found in find_words(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Youth is AWOL since noon.", ["AWOL"]),
        ("Known awol risk.", ["awol"]),
        ("A chronic RUNAWAY, one of our runners.", ["RUNAWAY", "runners"]),
        ("A frequent\nflier.", ["frequent\nflier"]),
        ("The teen prostitute was seen.", ["teen prostitute"]),
        ("She was prostituting herself.", ["prostituting herself"]),
        ("He is putting himself at risk.", ["putting himself at risk"]),
        ("They put themselves in danger.", ["put themselves in danger"]),
        ("Left with her boyfriend.", ["boyfriend"]),
        ("The youth refused an interview.", ["The youth refused"]),
        ("He chose to leave; she is non-compliant.", ["He chose to", "non-compliant"]),
        ("Asked her: why did you run away?", ["why did you run away"]),
        ("She has been contacting adults online.", ["contacting adults online"]),
        ("Left by choice, involved in CSE.", ["Left by choice", "involved in CSE"]),
    ],
)
def test_words_are_found_in_every_form(text, found):
    assert words(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "She ran away on Monday and went missing from care.",
        "See 1800runaway.org; she is the runnerup.",
        "Left with the man she calls a boyfriend.",
        "Called the National Runaway Safeline.",
        "Police refused to take the report.",
        "Entered as endangered runaway by NCMEC.",
        'He said "I am a runaway and my boyfriend knows".',
        "She said “they call me a runner”.",
        "The placement put others at risk.",
        "",
    ],
)
def test_other_words_are_left_alone(text):
    assert words(text) == []


def test_a_hint_says_where_why_and_what_to_write():
    [found] = find_words("Is a runner.")

    assert (found.start, found.end, found.word) == (5, 11, "runner")
    assert found.why == "Running is something a youth did, not who they are."
    assert "number of episodes" in found.instead
    assert "NCMEC Launches New Child Sex Trafficking Training" in found.source


@pytest.mark.parametrize(
    "text",
    [
        "Height 5'10\" and a runner, 5'11\" with shoes.",
        'He said "I am fine. A runner.',
        'He said "I am fine.\nA runner" was written.',
        'A runner said "hello" to us.',
    ],
)
def test_only_whole_quotes_hide_words(text):
    assert words(text) == ["runner"]


def test_a_curly_apostrophe_does_not_move_places():
    text = "It’s “mine”. A runner."
    [found] = find_words(text)

    assert text[found.start : found.end] == "runner"


@given(st.text())
def test_any_text_is_taken_and_places_are_true(text):
    end = 0
    for found in find_words(text):
        assert text[found.start : found.end] == found.word
        assert found.start >= end
        end = found.end


def test_every_entry_finds_itself_and_does_not_suggest_what_it_finds():
    for entry in load_words():
        for form in entry.forms:
            text = form.replace("{youth}", "she").replace("{self}", "herself")
            assert words(text) == [text], form
        assert all(found.why != entry.why for found in find_words(entry.instead))


def test_a_long_narrative_is_checked_at_once():
    text = 'The youth left "to breathe" and was seen near the station by an aunt. ' * 500

    find_words("")
    began = perf_counter()
    find_words(text)

    assert perf_counter() - began < 1  # 35,000 letters; a text of many pages


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('forms = ["a"]\nwhy = "w"\ninstead = "i"\nverified = "unverified"', "source"),
        ('forms = ["a", "A"]\nwhy = "w"\ninstead = "i"\nsource = "s"', "already"),
        ('forms = ["{who} a"]\nwhy = "w"\ninstead = "i"\nsource = "s"', "stands for nothing"),
        ('forms = "a"\nwhy = "w"', "must be a list of texts"),
    ],
)
def test_a_faulty_entry_is_named_with_its_line(tmp_path, entry, message):
    path = tmp_path / "language.toml"
    path.write_text(f"[[word]]\n{entry}\n", encoding="utf-8")

    with pytest.raises(RiskFileError, match=message) as refused:
        load_words(path)

    assert refused.value.line in (1, 2)
