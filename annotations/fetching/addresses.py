"""Which addresses may be asked: those of the public Internet, and hosts named one by one.

A page's address comes from a person, a redirect from a stranger. Neither may reach what only
this machine can reach: itself, its network, its provider's metadata service.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

# A server of the web listens on one of these; other ports are mail, databases, printers.
USUAL_PORTS = frozenset({80, 443, 8000, 8080, 8443})

# Special blocks that ``is_global`` takes for public, in one Python version or another.
_NOT_PUBLIC_4 = [
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # behind a provider's shared address
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarks
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
]
# All that is routed. IPv4-mapped addresses, NAT64 (64:ff9b::), link-local, unique local,
# loopback and multicast lie outside of it.
_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_6 = [
    ipaddress.IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments; Teredo, which holds an IPv4 address
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which holds an IPv4 address
        "3fff::/20",  # documentation
    )
]
_ENTRY = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::(?P<port>[0-9]{1,5}))?")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: Address) -> bool:
    """Is it an address of one machine on the public Internet, and nothing that leads elsewhere?"""
    if (
        not address.is_global
        or address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    ):
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in block for block in _NOT_PUBLIC_4)
    return (
        address.scope_id is None
        and address in _PUBLIC_6
        and not any(address in block for block in _NOT_PUBLIC_6)
    )


def host_key(host: str) -> str:
    """A host's name as names are compared."""
    return host.lower().rstrip(".").strip("[]")


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Hosts that may be asked although their address isn't public: ``(name, port)``."""

    entries: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def parse(cls, values: Iterable[str]) -> AllowedHosts:
        """From ``name`` (its usual ports) or ``name:port``; IPv6 in brackets.

        Raises ``ValueError`` with the entry that is neither.
        """
        entries: set[tuple[str, int]] = set()
        for value in values:
            found = _ENTRY.fullmatch(value.strip())
            if not found:
                raise ValueError(f"{value!r} is neither a host nor host:port")
            ports = {int(found["port"])} if found["port"] else USUAL_PORTS
            entries |= {(host_key(found["host"]), number) for number in ports}
        return cls(frozenset(entries))

    def __contains__(self, place: tuple[str, int]) -> bool:
        host, port = place
        return (host_key(host), port) in self.entries
