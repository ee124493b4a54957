"""A player of chunks as the page's is, without a screen: what it has, where it is, when it runs dry. Pure."""


class Player:
    """Plays from the first chunk's arrival on, without holding back; waits where it has nothing, and goes on.

    Times are seconds: `now` of any clock, others of the timeline that the chunks lie on.
    """

    def __init__(self) -> None:
        self._begin = self._end = 0.0
        self._since: float | None = None

    def arrived(self, start: float, duration: float, now: float, *, cut: bool) -> float | None:
        """A chunk has come. Seconds for which it still had something to play; negative: it stood still.

        None: it begins here, with its first chunk or behind a cut, where what it had is thrown away.
        """
        if self._since is None or cut:
            self._begin, self._since, self._end = start, now, start + duration
            return None
        left = self._since + self._end - self._begin - now
        if left < 0:
            self._begin, self._since = start, now
        self._end = start + duration
        return left

    def when(self, at: float) -> float:
        """When this place of the timeline is played, if it is part of what has come last."""
        assert self._since is not None
        return self._since + at - self._begin

    def position(self, now: float) -> float:
        """Where it is."""
        if self._since is None:
            return 0.0
        return min(self._end, self._begin + now - self._since)
