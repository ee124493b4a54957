"""Sound and pictures as WebRTC tracks, events on a data channel: one subject a file.

What decides is pure: `ice` (addresses), `offers` (what strangers send), `stepping` and `quality` (how much
the network carries), `repairing` (what is sent again). What acts is thin: `gathering` (sockets), `encoding`,
`tracks`, `hearing`, `overhearing` (reports about packets), `wire` (the data channel), `peers` (connections).
"""
