"""Answers that are sent while they are made, and end what makes them when nobody hears them any more."""

import contextlib

from starlette.responses import StreamingResponse
from starlette.types import Send

from visavis.contracts import Stream


class Streamed(StreamingResponse):
    """Sends a stream and closes it, however the answer ends; Starlette leaves that to the collector."""

    def __init__(self, stream: Stream[bytes], status: int, headers: dict[str, str], kind: str) -> None:
        super().__init__(stream, status, headers, kind)
        self._stream = stream

    async def stream_response(self, send: Send) -> None:
        async with contextlib.aclosing(self._stream):
            # What cannot even begin is still answered as an error.
            first = await anext(self._stream, b"")
            await send(
                {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            )
            await send({"type": "http.response.body", "body": first, "more_body": True})
            async for piece in self._stream:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
