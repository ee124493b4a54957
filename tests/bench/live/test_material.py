from bench.live.material import Answers


def test_an_answer_is_known_by_its_beginning() -> None:
    answers = Answers()
    assert answers.are_right("who are you", "I am Vis, the avatar")
    assert answers.are_right("who are you", "My name is Vis.")
    assert not answers.are_right("who are you", "Very well")
    assert not answers.are_right("who are you", "")
