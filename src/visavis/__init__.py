"""visavis: a portrait, a voice and a mind, face to face."""

from importlib.metadata import version

__version__ = version("visavis")
