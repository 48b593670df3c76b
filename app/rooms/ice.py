"""How browsers reach the SFU through NATs and firewalls: STUN and TURN servers, with credentials that expire."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass

from app.settings.web import WebSettings


@dataclass(frozen=True)
class IceServer:
    """One entry of RTCConfiguration.iceServers."""

    urls: list[str]
    username: str = ""
    credential: str = ""


def turn_credentials(secret: str, participant: str, expires: int) -> tuple[str, str]:
    """Username and password for a TURN server that shares `secret` with us.

    The "REST API" scheme that coturn calls `use-auth-secret`: the name says until when it is good (`expires`, epoch
    seconds), the password is its HMAC-SHA1, so that the server needs no list of users.
    """
    username = f"{expires}:{participant}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()


def ice_servers(settings: WebSettings, participant: str) -> list[IceServer]:
    """What this participant's browser is told to try beside the SFU's own address."""
    servers = [IceServer(list(settings.stun_urls))] if settings.stun_urls else []
    if settings.turn_urls:
        username, credential = turn_credentials(
            settings.turn_secret, participant, int(time.time()) + settings.turn_lifetime
        )
        servers.append(IceServer(list(settings.turn_urls), username, credential))
    return servers
