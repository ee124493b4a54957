"""What the tests of the training share: people who do not exist, and examples of how they speak.

The training takes more libraries than visavis does; without them these tests are skipped, and with them
`make test-neural` runs them.
"""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.train.sentences import SENTENCES
from train.hearing.labelled import Labelled

SEED = 1


@pytest.fixture(scope="session")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Labelled, ...]]:
    """The sentences by espeak-ng's name of their language, one variant of its own for each language.

    All at once, and before anything else asks espeak-ng for something: there can be one in a process.
    """
    pytest.importorskip("soxr")
    from train.hearing.espeak import Voices

    voices = Voices(tmp_path_factory.mktemp("espeak"), np.random.default_rng(SEED))
    spoken = {}
    for language, texts in SENTENCES.items():
        takes = [voices.speak(language, text, "m3") for text in texts]
        spoken[language] = tuple(take for take in takes if take is not None)
        assert len(spoken[language]) == len(texts)
    someone = voices.someone()
    odd = voices.speak("en", SENTENCES["en-us"][0], someone)
    assert odd is not None
    return spoken | {someone: (odd,)}


@pytest.fixture(scope="session")
def sentence(said: dict[str, tuple[Labelled, ...]]) -> Labelled:
    return said["en-us"][0]


@pytest.fixture
def one_thread() -> Iterator[None]:
    """PyTorch's threads wait for each other in busy loops; so small a network is not worth a second one."""
    torch = pytest.importorskip("torch")
    usual = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(usual)
