"""The HTTP face: what a client may send, how it is answered, and who may ask.

Owns requests, keys, limits, the one shape of errors, log and metrics. Refuses to know how anything is done:
it asks the registry and the renderings, always in the name of the one who asks.
"""
