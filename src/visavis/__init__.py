"""visavis: a portrait, a voice and a mind, face to face."""


def __getattr__(name: str) -> str:
    # Read only when asked for: importlib.metadata takes longer to import than all of this package.
    if name != "__version__":
        raise AttributeError(f"module 'visavis' has no attribute {name!r}")
    from importlib.metadata import version

    return version("visavis")
