from visavis.evaluate.speed.texts import ADDRESS, PACE, RIGHTS, lasting
from visavis.language import detect


def test_a_text_is_as_long_as_it_is_asked_for_and_always_the_same() -> None:
    for seconds in (5.0, 20.0, 300.0):
        text = lasting(seconds)
        assert seconds * PACE <= len(text) + 2 <= seconds * PACE + 20
        assert text == lasting(seconds)
        assert text.endswith(".")
    assert lasting(300.0).count("Four score") > 1
    assert " ".join(ADDRESS.split()).startswith(lasting(5.0).rstrip("."))


def test_rights_are_in_the_language_that_they_are_said_to_be() -> None:
    assert {language: detect(text) for language, text in RIGHTS.items()} == {name: name for name in RIGHTS}
