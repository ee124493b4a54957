"""A face engine in processes of its own, so that drawing neither waits for the server nor holds it up.

`Apart` is the engine as the server sees it. A `Process` is one of those that draw, and `Post` starts another
where one died; `worker` is what runs in it. They speak in `messages` over sockets, and hand pictures over in
shared memory (`Slate`). Linux only: it is memory without a name that leaves nothing behind when either side
is killed.
"""

from visavis.apart.engine import Apart

__all__ = ["Apart"]
