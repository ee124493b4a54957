"""Speech that many tests cut: made once."""

import pytest

from tests.evaluate.gold.material import SENTENCES, said
from visavis.media import Samples


@pytest.fixture(scope="session")
def james() -> list[Samples]:
    """A man's four sentences, three to four seconds each, with 1.5 s of silence behind each."""
    return said("james")


@pytest.fixture(scope="session")
def emma() -> list[Samples]:
    """A woman's two."""
    return said("emma", SENTENCES[:2])
