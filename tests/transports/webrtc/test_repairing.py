from visavis.transports.webrtc.repairing import KNOWN, LEAST, PACKET, SHARE, UNDER_WAY, Repairs


def at(bitrate: int) -> Repairs:
    return Repairs(lambda: bitrate)


def test_a_few_lost_packets_are_all_sent_again_the_latest_first() -> None:
    assert at(1_200_000).due([7, 8, 9], 0.0) == ([9, 8, 7], False)


def test_what_was_sent_again_just_now_is_not_sent_again_but_later_it_is() -> None:
    repairs = at(1_200_000)
    repairs.due([7], 0.0)
    assert repairs.due([7, 8], UNDER_WAY / 2) == ([8], False)
    assert repairs.due([7], UNDER_WAY) == ([7], False)


def test_more_than_a_share_is_given_up() -> None:
    granted, given_up = at(1_200_000).due(range(1000), 0.0)
    assert given_up
    assert len(granted) == int(SHARE * 1_200_000 / PACKET)
    assert granted[0] == 999


def test_even_the_lowest_level_gets_a_whole_picture_through() -> None:
    granted, _ = at(80_000).due(range(100), 0.0)
    assert len(granted) == LEAST // PACKET


def test_over_time_it_is_the_share_however_much_is_asked_for() -> None:
    repairs = at(1_200_000)
    sent = sum(len(repairs.due([number, number + 1], number / 100)[0]) for number in range(2000))
    assert sent * PACKET < (20 + 1) * SHARE * 1_200_000


def test_the_share_follows_the_level() -> None:
    bitrate = 1_200_000
    repairs = Repairs(lambda: bitrate)
    repairs.due([], 0.0)
    bitrate = 400_000
    assert len(repairs.due(range(100), 5.0)[0]) == int(SHARE * 400_000 / PACKET)


def test_not_more_is_kept_than_can_matter() -> None:
    repairs = at(1_200_000_000)
    for number in range(4 * KNOWN):
        repairs.due([number], float(number))
    assert len(repairs._sent) == KNOWN
