"""How quick and how steady a conversation is, from outside: clients here, and `visavis serve` beside them.

The clients are what a browser would be: one on a WebSocket that decodes and plays as the page's player
does, which is that of visavis.evaluate.client, and one of aiortc on WebRTC. What is told of times holds for
loopback, and for the machine as busy as it was meanwhile. `python -m bench live_typed` and its like take the
full measure and keep it; `python -m bench.live typed --turns 5` is a look that keeps nothing.
"""
