"""The ids of what is registered: of rows, and of their files in the vault."""

import secrets


def new_id() -> str:
    """128 random bits as 32 hex digits: nobody can guess it."""
    return secrets.token_hex(16)
