"""Which addresses are asked: every class of address, and whatever can be made up."""

from __future__ import annotations

import ipaddress
from itertools import chain

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from annotations.fetching import AllowedHosts, is_public

# Blocks of the special-purpose registries; each is somewhere that a page can't be.
SPECIAL_4 = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32",
]  # fmt: skip
SPECIAL_6 = [
    "::/128", "::1/128", "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64",
    "2001::/32", "2001:2::/48", "2001:10::/28", "2001:db8::/32", "2002::/16", "3fff::/20",
    "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "172.15.255.255", "172.32.0.0", "100.63.255.255",
          "100.128.0.0", "2606:4700::1111", "2a00:1450:4001::1", "2620:fe::fe"]  # fmt: skip


@pytest.mark.parametrize("block", SPECIAL_4 + SPECIAL_6)
def test_both_ends_of_every_special_block_are_refused(block: str) -> None:
    network = ipaddress.ip_network(block)
    assert not is_public(network[0])
    assert not is_public(network[-1])


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.sampled_from(SPECIAL_4 + SPECIAL_6).flatmap(lambda block: st.ip_addresses(network=block)))
def test_nothing_inside_a_special_block_is_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    assert not is_public(address)


# How an IPv4 address is written inside an IPv6 one: mapped, compatible, NAT64, 6to4, Teredo.
EMBEDDINGS = [
    lambda four: (0xFFFF << 32) | four,
    lambda four: four,
    lambda four: (0x64FF9B << 96) | four,
    lambda four: (0x2002 << 112) | (four << 80),
    lambda four: (0x20010000 << 96) | (four ^ 0xFFFFFFFF),
]


@given(st.ip_addresses(v=4), st.sampled_from(EMBEDDINGS))
@example(ipaddress.IPv4Address("127.0.0.1"), EMBEDDINGS[0])
@example(ipaddress.IPv4Address("169.254.169.254"), EMBEDDINGS[2])
def test_an_ipv4_address_inside_an_ipv6_one_is_refused(
    four: ipaddress.IPv4Address, embed: object
) -> None:
    assert not is_public(ipaddress.IPv6Address(embed(int(four))))  # type: ignore[operator]


@given(st.ip_addresses(v=6))
def test_public_ipv6_is_global_unicast_only(address: ipaddress.IPv6Address) -> None:
    if is_public(address):
        assert int(address) >> 125 == 1
        assert address.is_global


def test_an_address_with_a_scope_is_not_public() -> None:
    assert not is_public(ipaddress.IPv6Address("2606:4700::1111%eth0"))


def test_allowed_hosts_are_names_with_ports() -> None:
    allowed = AllowedHosts.parse(["Intra.Example", "127.0.0.1:8123", "[::1]:9000"])
    inside = [("intra.example", 443), ("INTRA.example.", 80), ("127.0.0.1", 8123), ("::1", 9000)]
    outside = [("intra.example", 22), ("127.0.0.1", 80), ("x.intra.example", 80), ("::1", 80)]
    assert all(place in allowed for place in inside)
    assert not any(place in allowed for place in outside)
    assert not any(place in AllowedHosts() for place in chain(inside, outside))


@pytest.mark.parametrize("entry", ["", "http://x/", "a@b", "::1", "x:y", "x:", "*", "10.0.0.0/8"])
def test_what_is_no_host_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="neither a host"):
        AllowedHosts.parse([entry])
