"""What went wrong with a language model's server, in one sentence for the user."""

import re
from urllib.parse import urlsplit

from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

LONGEST_REASON = 160
"""Characters of a server's own words that are passed on."""

_TOO_LONG = re.compile(
    r"context|too long|too many tokens|maximum.{0,20}tokens|prompt.{0,20}length", re.IGNORECASE
)


def place(url: str) -> str:
    """A server as the user knows it: host and port, no key."""
    parts = urlsplit(url)
    return f"{parts.hostname or url}{f':{parts.port}' if parts.port else ''}"


def is_too_long(error: APIError) -> bool:
    """Whether a server says that the conversation is longer than what its model can read."""
    refused = isinstance(error, APIStatusError) and error.status_code in (400, 413, 422)
    return refused and (error.code == "context_length_exceeded" or bool(_TOO_LONG.search(_reason(error))))


def sentence(error: APIError, where: str, model: str) -> str:
    """What happened and what to do. where: `place`; model: that was asked for; none: its list was."""
    if isinstance(error, APITimeoutError):
        return f"the language model at {where} cannot be reached in time; try again, or look whether it runs"
    if isinstance(error, APIConnectionError):
        return (
            f"the language model at {where} cannot be reached ({_cause(error)}); start it,"
            " or correct OPENAI_BASE_URL"
        )
    if isinstance(error, APIStatusError):
        return f"the language model at {where} {_refusal(error, model)}"
    return f"the language model at {where} broke off ({_reason(error)}); ask again"


def _refusal(error: APIStatusError, model: str) -> str:
    status, reason = error.status_code, _reason(error)
    if status in (401, 403):
        return f"refuses the key ({status}); set OPENAI_API_KEY to one that is valid there"
    if status == 404 and not model:
        return (
            "does not tell its models; set OPENAI_MODEL, or end OPENAI_BASE_URL with /v1 as most servers want"
        )
    if status == 404:
        return (
            f"has no model {model!r}; set OPENAI_MODEL to one that it has, or end OPENAI_BASE_URL with /v1"
            " as most servers want"
        )
    if status == 429 and error.code == "insufficient_quota":
        return "has no credit left for this key; add some, or use another server or key"
    if status == 429:
        return f"is asked too often; try again in {_wait(error)} seconds"
    if is_too_long(error):
        return "cannot read a conversation of this length, though it was shortened; begin a new one"
    if status >= 500:
        return f"failed ({status}: {reason}); try again, or look at its log"
    return f"refuses the question ({status}: {reason}); look whether OPENAI_MODEL can chat"


def _wait(error: APIStatusError) -> int:
    """Seconds after which to ask again, as the server says, else ten."""
    told = re.fullmatch(r"\s*(\d{1,6})(?:\.\d*)?\s*", error.response.headers.get("retry-after", ""))
    return max(1, int(told[1])) if told else 10


def _reason(error: APIError) -> str:
    """The server's own words, on one line."""
    body = error.body.get("message") if isinstance(error.body, dict) else error.body
    words = " ".join(str(body or error.message).split())
    return words if len(words) <= LONGEST_REASON else f"{words[:LONGEST_REASON]}…"


def _cause(error: Exception) -> str:
    """What the network says, from the deepest error that has words."""
    words = "no connection"
    cause: BaseException | None = error.__cause__
    while cause is not None:
        words = str(cause) or words
        cause = cause.__cause__ or cause.__context__
    return " ".join(words.split())
