from visavis.transports.messages import Alive
from visavis.transports.webrtc.quality import Quality
from visavis.transports.webrtc.stepping import WINDOW, Counts


def start() -> Quality:
    return Quality((512, 512), 25, 100.0)


def test_it_begins_at_the_best() -> None:
    assert start().level.size == (512, 512)


def test_lost_packets_lower_it_over_more_than_a_moment() -> None:
    quality = start()
    quality.count(Counts(102.0, 0, 200, 300_000))
    quality.count(Counts(102.0 + WINDOW / 2, 20, 220, 330_000))
    assert quality.level.size == (512, 512)
    quality.count(Counts(102.5, 25, 260, 390_000))
    assert quality.level.size < (512, 512)


def test_what_the_page_tells_lowers_it_too() -> None:
    quality = start()
    quality.count(Counts(101.0, 0, 100, 160_000))
    quality.hear(Alive(rtt=0.05, lost=0.3), 102.0)
    assert quality.level.size < (512, 512)


def test_freezes_count_from_the_first_time_on() -> None:
    quality = start()
    for now, freezes in ((102.0, 7), (103.0, 7), (104.0, None), (105.0, 7)):
        quality.hear(Alive(freezes=freezes), now)
    assert quality.level.size == (512, 512)
    quality.hear(Alive(freezes=8), 106.0)
    assert quality.level.size == (384, 384)
    quality.hear(Alive(freezes=2), 110.0)
    assert quality.level.size == (384, 384)


def test_a_bare_sign_of_life_says_nothing() -> None:
    quality = start()
    for now in range(102, 200):
        quality.hear(Alive(), float(now))
    assert quality.level.size == (512, 512)
