"""The headers of pages that other sites may frame."""

from __future__ import annotations

from app.settings.web import ANYWHERE, WebSettings


def framed_headers(settings: WebSettings) -> dict[str, str]:
    """A policy that lets `EMBED_ORIGINS` frame the page, and lets the page load nothing but our own files.

    The page's address holds a token, so it is told to nobody and kept nowhere.
    """
    ancestors = (
        ANYWHERE if ANYWHERE in settings.embed_origins else " ".join(["'self'", *sorted(settings.embed_origins)])
    )
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": ancestors,
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "microphone=(), camera=(), geolocation=(), payment=(), usb=()",
        "Cache-Control": "no-store",
    }
