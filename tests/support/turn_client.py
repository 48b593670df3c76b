"""A hand-written client of a TURN server (RFC 8656, 6062), which asks for more than browsers do."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import socket
import struct
from typing import Final

COOKIE: Final = 0x2112A442
ALLOCATE: Final = 0x003
CREATE_PERMISSION: Final = 0x008
CHANNEL_BIND: Final = 0x009
CONNECT: Final = 0x00A
USERNAME: Final = 0x0006
INTEGRITY: Final = 0x0008
ERROR: Final = 0x0009
CHANNEL: Final = 0x000C
PEER: Final = 0x0012
REALM: Final = 0x0014
NONCE: Final = 0x0015
FAMILY: Final = 0x0017
TRANSPORT: Final = 0x0019
UDP: Final = 17
TCP: Final = 6
IPV4: Final = 1
IPV6: Final = 2
PATIENCE: Final = 5.0
"""Seconds for an answer on loopback."""

Attributes = dict[int, bytes]


class TurnClient:
    """One allocation, over a TCP connection of its own, which needs no repetition."""

    def __init__(self, port: int, username: str, credential: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._username, self._credential = username, credential
        self._realm = self._nonce = b""
        self._channel = 0x4000
        self._transaction = secrets.token_bytes(12)
        """Of what is asked next."""

    def close(self) -> None:
        """End it."""
        self._socket.close()

    def allocate(self, *, transport: int = UDP, family: int = IPV4) -> int:
        """Ask for a relayed address; 0, or the code of the error."""
        wanted = {TRANSPORT: bytes([transport, 0, 0, 0]), FAMILY: bytes([family, 0, 0, 0])}
        if not self._nonce:
            self._ask(ALLOCATE, wanted)  # 401, with what is needed to be believed
        return self._ask(ALLOCATE, wanted)

    def permit(self, peer: str) -> int:
        """Ask for a permission to send to `peer` and hear it; 0, or the code of the error."""
        return self._ask(CREATE_PERMISSION, {PEER: self._address(peer, 0)})

    def bind(self, peer: str, port: int) -> int:
        """Ask for a channel to `peer`; 0, or the code of the error."""
        self._channel += 1
        return self._ask(CHANNEL_BIND, {CHANNEL: struct.pack("!HH", self._channel, 0), PEER: self._address(peer, port)})

    def connect(self, peer: str, port: int) -> int:
        """Ask for a TCP connection to `peer`; 0, or the code of the error."""
        return self._ask(CONNECT, {PEER: self._address(peer, port)})

    def _ask(self, method: int, attributes: Attributes) -> int:
        if self._nonce:
            attributes |= {USERNAME: self._username.encode(), REALM: self._realm, NONCE: self._nonce}
        body = b"".join(_attribute(kind, value) for kind, value in attributes.items())
        if self._nonce:
            words = ":".join([self._username, self._realm.decode(), self._credential])
            key = hashlib.md5(words.encode(), usedforsecurity=False).digest()  # the scheme's own
            head = self._head(method, len(body) + 24)
            body += _attribute(INTEGRITY, hmac.new(key, head + body, hashlib.sha1).digest())
        self._socket.sendall(self._head(method, len(body)) + body)
        answer = self._answer()
        self._transaction = secrets.token_bytes(12)
        self._realm, self._nonce = answer.get(REALM, self._realm), answer.get(NONCE, self._nonce)
        return answer[ERROR][2] * 100 + answer[ERROR][3] if ERROR in answer else 0

    def _head(self, method: int, length: int) -> bytes:
        return struct.pack("!HHI", method, length, COOKIE) + self._transaction

    def _answer(self) -> Attributes:
        """What it says to this transaction."""
        while True:
            head = self._read(20)
            body = self._read(struct.unpack("!H", head[2:4])[0])
            if head[8:] == self._transaction:
                return _attributes(body)

    def _read(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            more = self._socket.recv(length - len(data))
            if not more:
                raise ConnectionError("the server has hung up")
            data += more
        return data

    def _address(self, address: str, port: int) -> bytes:
        ip = ipaddress.ip_address(address)
        mask = struct.pack("!I", COOKIE) + self._transaction
        hidden = bytes(a ^ b for a, b in zip(ip.packed, mask, strict=False))
        return struct.pack("!BBH", 0, IPV4 if ip.version == 4 else IPV6, port ^ COOKIE >> 16) + hidden


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def _attributes(body: bytes) -> Attributes:
    found: Attributes = {}
    while body:
        kind, length = struct.unpack("!HH", body[:4])
        found.setdefault(kind, body[4 : 4 + length])
        body = body[4 + length + -length % 4 :]
    return found
