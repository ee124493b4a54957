"""A client of a visavis server, as the web page is one: over HTTP, and over the WebSocket of a conversation.

Owns connecting, speaking into a microphone in real time, and what is known of what came: when, and when it is
heard and seen by somebody who plays it as the page does. Also owns a server that is started on this machine
to be talked to. Refuses to judge, and to know scenarios and metrics.
"""
