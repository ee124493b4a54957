"""Text in, text out: which language it is, numbers and signs in words, one clause after the other.

A language is one module here, named by its code; see `grammar`. Nothing in here makes a sound.
"""

from visavis.language.clauses import clauses, warm
from visavis.language.detect import detect, language_of
from visavis.language.reading import spoken

__all__ = ["clauses", "detect", "language_of", "spoken", "warm"]
