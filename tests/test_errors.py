import inspect

import pytest

from visavis import errors
from visavis.errors import EngineError, InputError, ModelError, UnknownName, VisavisError

RAISED = [
    error
    for _, error in inspect.getmembers(errors, inspect.isclass)
    if issubclass(error, VisavisError) and error is not VisavisError
]


@pytest.mark.parametrize("error", RAISED)
def test_every_error_is_in_the_tree_that_its_module_draws(error: type[VisavisError]) -> None:
    assert f"+-- {error.__name__} " in (errors.__doc__ or "")


def test_what_the_user_can_mend_is_apart_from_what_failed() -> None:
    assert not issubclass(EngineError, InputError)
    assert not issubclass(ModelError, InputError)


def test_an_unknown_name_is_answered_with_the_nearest_and_with_all() -> None:
    error = UnknownName("tts engine", "Espaek", ["piper", "espeak"])
    assert str(error) == "unknown tts engine 'Espaek'; did you mean espeak? there is: espeak, piper"


def test_a_name_like_none_is_answered_with_all() -> None:
    assert str(UnknownName("voice", "zzz", ["ada", "bea"])) == "unknown voice 'zzz'; there is: ada, bea"


def test_an_unknown_name_where_nothing_is_known() -> None:
    assert str(UnknownName("face engine", "warp", [])) == "unknown face engine 'warp'; there is: none"
