"""The two ways to a conversation, for measures that are the same for both."""

from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from bench.live import webrtc
from visavis.evaluate.client import websocket
from visavis.evaluate.client.address import Address
from visavis.evaluate.client.received import Client, Look

WEBSOCKET, WEBRTC = "WebSocket", "WebRTC"


class Connects(Protocol):
    """Gives a client that has been greeted. look: at each picture; None: nobody looks. Raises Refused."""

    def __call__(self, address: Address, look: Look | None = None) -> AbstractAsyncContextManager[Client]: ...


CONNECTED: Final[dict[str, Connects]] = {WEBSOCKET: websocket.connected, WEBRTC: webrtc.connected}
