"""The catalogue of models and the store that pulls, checks and keeps them.

Owns the files and whether they are the right ones; refuses to know what a model is used for.
"""

from visavis.models.catalogue import (
    CATALOGUE,
    Entry,
    HubRepository,
    Licence,
    ModelFile,
    ReleaseFile,
    Wheel,
)
from visavis.models.store import Status, Store, default_folder

__all__ = [
    "CATALOGUE",
    "Entry",
    "HubRepository",
    "Licence",
    "ModelFile",
    "ReleaseFile",
    "Status",
    "Store",
    "Wheel",
    "default_folder",
]
