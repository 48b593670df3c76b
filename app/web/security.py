"""Sessions, CSRF tokens and the headers that every response carries."""

from __future__ import annotations

from typing import Final

from litestar.config.csrf import CSRFConfig
from litestar.datastructures import MutableScopeHeaders
from litestar.middleware.base import DefineMiddleware
from litestar.types import BeforeMessageSendHookHandler, Message, Scope

from app.auth.derived import derived
from app.settings.web import WebSettings
from app.web import csrf, sessions
from app.web.assets import STYLESHEET, Assets
from app.web.origin import sfu_origins

MAX_BODY: Final = 16 * 1024
"""Bytes of a request's body; our largest form has a few hundred."""
SESSION_DAYS: Final = 30
A_YEAR: Final = 31_536_000
"""Seconds for which a browser that has seen this installation over TLS takes it in no other way."""
DEVICES: Final = ("microphone", "camera", "display-capture", "speaker-selection", "screen-wake-lock")
"""What pages may ask the browser for."""
UNUSED: Final = ("geolocation", "payment", "usb")
CSRF_FIELD: Final = "_csrf_token"
FOR_PROGRAMS: Final = "for_programs"
"""Option of routes that only API keys or read-only tokens open: no cookie, and no limits by address."""


def secure(settings: WebSettings) -> bool:
    """Whether this installation is served over TLS: browsers then keep the cookies off plain connections."""
    return settings.sfu_public_url.startswith("wss:")


def cookie_name(secret: str, use: str) -> str:
    """What a cookie of this installation is called.

    Browsers keep cookies by host, whatever the port: with the same names, two installations on one host would log each
    other's people out. `secret` is SESSION_SECRET, which stays when keys are exchanged (`jbcalling secrets rotate`).
    """
    return f"jbc_{use}_{derived(secret, 'jbc-cookies').hex()[:8]}"


def session_config(settings: WebSettings) -> sessions.KeyedSessionConfig:
    """The session: an encrypted cookie that scripts cannot read."""
    return sessions.KeyedSessionConfig(
        secret=derived(settings.session_keys.newest, sessions.PURPOSE),
        keys=settings.session_keys,
        key=cookie_name(settings.session_secret, "session"),
        max_age=SESSION_DAYS * 86_400,
        httponly=True,
        samesite="lax",
        secure=secure(settings),
        exclude_opt_key=FOR_PROGRAMS,
    )


def csrf_middleware(settings: WebSettings) -> DefineMiddleware:
    """CSRF tokens: forms carry them in a field, scripts in the header `x-csrftoken`."""
    config = CSRFConfig(
        secret=derived(settings.session_keys.newest, csrf.PURPOSE).hex(),
        cookie_name=cookie_name(settings.session_secret, "csrf"),
        cookie_httponly=True,  # scripts take the token from the page
        cookie_samesite="lax",
        cookie_secure=secure(settings),
        exclude_from_csrf_key=FOR_PROGRAMS,
    )
    return DefineMiddleware(csrf.KeyedCSRFMiddleware, config=config, keys=settings.session_keys)


def headers_hook(settings: WebSettings, assets: Assets) -> BeforeMessageSendHookHandler:
    """A hook that puts the security headers on every response."""

    async def add_headers(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders.from_message(message)
        for name, value in _headers(settings, assets, scope).items():
            headers.setdefault(name, value)

    return add_headers


def _headers(settings: WebSettings, assets: Assets, scope: Scope) -> dict[str, str]:
    policy = {
        "default-src": "'self'",
        "style-src": f"'self' {assets.style_source(STYLESHEET)}",
        "connect-src": f"'self' {sfu_origins(settings, scope)}",
        "media-src": "'self' blob:",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return ({"Strict-Transport-Security": f"max-age={A_YEAR}"} if secure(settings) else {}) | {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": ", ".join((*(f"{name}=(self)" for name in DEVICES), *(f"{name}=()" for name in UNUSED))),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "private, no-cache",
    }
