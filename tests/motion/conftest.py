"""What several tests of movement share: an engine that utters sentences takes a moment to."""

import asyncio
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.motion.said import TEXTS, VOICES, Said, uttered
from visavis.engines.tts.espeak import Espeak
from visavis.media import LANGUAGES


@pytest.fixture(scope="session")
def said() -> Iterator[dict[str, Said]]:
    """Every language's text, by the name of the voice that utters it."""
    with closing(Espeak()) as engine, asyncio.Runner() as runner:
        yield {
            voice: runner.run(uttered(engine, TEXTS[language], language, voice))
            for language in LANGUAGES
            for voice in VOICES[language]
        }
