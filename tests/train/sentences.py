"""What the people say from whom the network learns in the tests."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, ...]]] = {
    "en-us": ("Please bring my beautiful map to the station.", "We have to move before the rain begins."),
    "es-419": ("Vamos a pasear por el parque con mi madre.", "Este libro me gusta mucho."),
}
"""By espeak-ng's name of the language."""
