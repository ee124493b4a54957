"""The two ways to a conversation, for measures that are the same for both."""

from typing import Final

from bench.live import webrtc, websocket

WEBSOCKET, WEBRTC = "WebSocket", "WebRTC"

CONNECTED: Final = {WEBSOCKET: websocket.connected, WEBRTC: webrtc.connected}
