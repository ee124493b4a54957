from ipaddress import ip_interface

import pytest

from visavis.transports.webrtc.ice import Reach, reach, stun_among

OWN = tuple(
    map(
        ip_interface,
        (
            "127.0.0.1/8",
            "::1/128",
            "192.168.1.5/24",
            "10.8.0.2/16",
            "fd12::5/64",
            "fe80::1/64",
            "169.254.3.4/16",
        ),
    )
)


def on(host: str) -> Reach:
    return reach(host, OWN)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.9.9.9"])
def test_a_server_for_this_machine_tells_of_all_its_addresses_and_looks_for_nobody(host: str) -> None:
    alone = on(host)
    assert alone.addresses == ("127.0.0.1", "::1", "192.168.1.5", "10.8.0.2", "fd12::5")
    for address in ("127.0.0.1", "192.168.1.5", "192.168.1.9", "1.1.1.1", "2606:4700::1111"):
        assert not alone.may_send_to(address, 40000)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "avatars.example"])
def test_a_server_for_others_tells_of_all_but_what_means_this_machine_or_this_cable(host: str) -> None:
    assert on(host).addresses == ("192.168.1.5", "10.8.0.2", "fd12::5")


def test_a_server_on_one_address_tells_of_that_one() -> None:
    assert on("10.8.0.2").addresses == ("10.8.0.2",)
    assert not on("10.8.0.2").may_send_to("192.168.1.9", 40000)


def test_not_more_addresses_are_told_of_than_a_few() -> None:
    many = [ip_interface(f"10.0.{net}.1/24") for net in range(50)]
    assert len(reach("0.0.0.0", many).addresses) == 8


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "192.168.1.9", "10.8.44.1", "fd12::77"]
)
def test_packets_may_go_to_the_internet_and_to_neighbours(address: str) -> None:
    assert on("0.0.0.0").may_send_to(address, 40000)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "::1",  # itself
        "192.168.1.5", "10.8.0.2", "fd12::5",  # its own addresses
        "192.168.1.255", "192.168.1.0", "10.8.255.255", "255.255.255.255",  # all of a network
        "192.168.2.9", "10.9.0.1", "172.16.0.1", "100.64.0.1", "fd13::1",  # other people's networks
        "169.254.169.254", "169.254.3.5", "fe80::2", "fe80::2%eth0",  # this cable
        "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254",  # what clouds tell their machines
        "224.0.0.251", "239.1.1.1", "ff02::fb", "0.0.0.0", "0.1.2.3", "::", "240.0.0.1",
        "::ffff:127.0.0.1", "::ffff:1.1.1.1", "::127.0.0.1", "64:ff9b::7f00:1",
        "2002:7f00:1::", "2001:0:1::1",
        "198.18.0.1", "192.0.2.7", "2001:db8::1",  # nobody's
        "localhost", "example.org", "a0f5cf26-4c4e-4d0a-9ee6-3c40cd8b6d2e.local", "", "1.1.1", "0x7f000001",
        "2130706433", "127.1", "1.1.1.1 ", "[::1]",
    ],
)  # fmt: skip
def test_packets_go_nowhere_else(address: str) -> None:
    assert not on("0.0.0.0").may_send_to(address, 40000)


@pytest.mark.parametrize("port", [-1, 0, 22, 53, 1023, 65536])
def test_services_of_machines_are_left_alone(port: int) -> None:
    assert not on("0.0.0.0").may_send_to("1.1.1.1", port)


def test_neighbours_on_a_network_of_two() -> None:
    wire = reach("0.0.0.0", [ip_interface("10.0.0.0/31")])
    assert not wire.may_send_to("10.0.0.0", 40000)


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        ([], None),
        (["stun:stun.example.org"], ("stun.example.org", 3478)),
        (["turn:turn.example.org:3478", "stun:10.0.0.1:19302", "stun:b"], ("10.0.0.1", 19302)),
        (["stuns:stun.example.org:5349", "turns:turn.example.org?transport=tcp"], None),
    ],
)
def test_the_first_stun_server_is_asked(urls: list[str], expected: tuple[str, int] | None) -> None:
    assert stun_among(urls) == expected
