"""A program for a network namespace of its own: loads a firewall, and tells what another namespace reaches through it.

`python other_end.py RULES` prints JSON. It imports nothing of ours: the other end runs it, too.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

OPEN = ("tcp 22", "tcp 80", "tcp 443", "tcp 8020", "udp 8020")
PORTS = (*OPEN, "tcp 8000", "tcp 8010", "tcp 8040", "tcp 8050", "udp 42000")
"""What is tried: all of it listens."""
HERE = {"4": "192.0.2.1", "6": "2001:db8:1::1"}
THERE = {"4": ("192.0.2.2", "192.0.2.2", "192.0.2.3"), "6": ("2001:db8:1::2", "2001:db8:1::3", "2001:db8:2::2")}
"""Sources: two that count as one, and another."""
TRIES = 30
PATIENCE = 0.15
"""Seconds for an answer by way of two interfaces of one kernel, where none may come."""
LONG = 5.0
"""The same where one has to: a busy machine takes its time."""


def family(which: str) -> socket.AddressFamily:
    """Of IPv4 or IPv6."""
    return socket.AF_INET if which == "4" else socket.AF_INET6


def connects(which: str, source: str, port: int, patience: float = PATIENCE) -> bool:
    """Whether a connection comes about."""
    with socket.socket(family(which), socket.SOCK_STREAM) as client:
        client.settimeout(patience)
        client.bind((source, 0))
        try:
            client.connect((HERE[which], port))
        except OSError:
            return False
    return True


def answers(which: str, port: int, patience: float) -> bool:
    """Whether a datagram comes back."""
    with socket.socket(family(which), socket.SOCK_DGRAM) as client:
        client.settimeout(patience)
        client.sendto(b"?", (HERE[which], port))
        try:
            return client.recv(1) == b"!"
        except OSError:
            return False


def from_there() -> dict[str, object]:
    """What the other end finds."""
    found: dict[str, dict[str, bool]] = {"open": {}}
    for which in HERE:
        for port in PORTS:
            kind, _, number = port.partition(" ")
            patience, place = LONG if port in OPEN else PATIENCE, int(number)
            if kind == "tcp":
                reached = connects(which, THERE[which][2], place, patience)
            else:
                reached = answers(which, place, patience)
            found["open"][f"{which} {port}"] = reached
    told: dict[str, object] = dict(found)
    for which, (first, second, another) in THERE.items():
        many = sum(connects(which, source, 22) for _ in range(TRIES // 2) for source in (first, second))
        told[which] = {"many": many, "another": int(connects(which, another, 22, LONG))}
    return told


def ip(*words: str, inside: int = 0) -> None:
    """Run `ip`, in the namespace of the process `inside`."""
    there = ["nsenter", "-t", str(inside), "-n"] if inside else []
    subprocess.run([*there, "ip", *words], check=True)


def listen() -> list[socket.socket]:
    """Everything listens on everything; the kernel takes connections without us."""
    sockets = []
    for port in PORTS:
        kind, _, number = port.partition(" ")
        for which in HERE:
            one = socket.socket(family(which), socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
            if which == "6":
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(("::" if which == "6" else "0.0.0.0", int(number)))
            if kind == "tcp":
                one.listen(4 * TRIES)
            sockets.append(one)
    return sockets


def echo(sockets: list[socket.socket]) -> None:
    """Answer the datagrams that have come."""
    for one in sockets:
        if one.type == socket.SOCK_DGRAM:
            one.setblocking(False)
            try:
                _, sender = one.recvfrom(1)
                one.sendto(b"!", sender)
            except BlockingIOError:
                pass


def main(rules: str) -> None:
    """Both ends."""
    other = subprocess.Popen(["unshare", "-n", "sleep", "60"])
    try:
        while same_network(other.pid):
            time.sleep(0.01)  # a process that moves has no event to wait for
        ip("link", "add", "here", "type", "veth", "peer", "name", "there")
        ip("link", "set", "there", "netns", str(other.pid))
        ip("link", "set", "lo", "up")
        for name, inside in (("here", 0), ("there", other.pid)):
            mine = set(THERE["4"] + THERE["6"]) if inside else set(HERE.values())
            for address in mine:
                width, more = (64, ["nodad"]) if ":" in address else (24, [])
                ip("address", "add", f"{address}/{width}", "dev", name, *more, inside=inside)
            ip("link", "set", name, "up", inside=inside)
        ip("route", "add", "2001:db8:2::/64", "dev", "here")
        subprocess.run(["/usr/sbin/nft", "-f", rules], check=True)
        sockets = listen()
        command = ["nsenter", "-t", str(other.pid), "-n", sys.executable, __file__]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:
            while client.poll() is None:
                echo(sockets)
                time.sleep(0.005)  # sockets of two kinds, and the end of a process
            assert client.stdout is not None
            print(client.stdout.read())
            sys.exit(client.returncode)
    finally:
        other.kill()
        other.wait()


def same_network(pid: int) -> bool:
    """Whether a process is in this network still."""
    return Path(f"/proc/{pid}/ns/net").readlink() == Path("/proc/self/ns/net").readlink()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        print(json.dumps(from_there()))
