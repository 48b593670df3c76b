"""A sign-in service (OpenID Connect) on loopback, with keys of its own, that can be told to cheat."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jws
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

CLIENT, SECRET = "calls", "a secret: of the client/%"
Claims = dict[str, Any]


@dataclass
class Service:
    """What it says of whom; `cheat` changes an ID token's claims, `sign` makes a token of them in another way."""

    issuer: str = ""
    claims: Claims = field(default_factory=lambda: {"sub": "1", "email": "ada@example.org", "email_verified": True})
    cheat: Callable[[Claims], None] | None = None
    sign: Callable[[Claims], str] | None = None
    key: RSAKey | ECKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first"}))
    described: dict[str, Any] = field(default_factory=dict)
    """What else its description says."""
    waiting: dict[str, dict[str, str]] = field(default_factory=dict)
    """Code → what was asked for with it."""

    def signed(self, claims: Claims, key: RSAKey | ECKey | OctKey | None = None, algorithm: str = "") -> str:
        """An ID token."""
        by = key or self.key
        header = {"alg": algorithm or ("ES256" if isinstance(by, ECKey) else "RS256"), "kid": by.kid or ""}
        return jws.serialize_compact(header, json.dumps(claims).encode(), by, algorithms=[header["alg"]])

    def unsigned(self, claims: Claims) -> str:
        """A token that claims to need no signature."""
        return ".".join([*(_base64(json.dumps(part).encode()) for part in ({"alg": "none"}, claims)), ""])

    def authorized(self, url: str) -> str:
        """What somebody's browser does there: sign in, and be sent back; the address that it is sent to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["scope"].split()[0] == "openid"
        code = secrets.token_urlsafe(16)
        self.waiting[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The answer of the token endpoint."""
        asked = self.waiting.pop(form["code"], None)
        name, _, password = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        if (name, unquote(password)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        challenge = _base64(hashlib.sha256(form["code_verifier"].encode()).digest())
        if not asked or (asked["code_challenge"], asked["redirect_uri"]) != (challenge, form["redirect_uri"]):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= self.claims
        if self.cheat:
            self.cheat(claims)
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": (self.sign or self.signed)(claims)}

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The answer to any other program."""
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "end_session_endpoint": f"{self.issuer}/sign-out",
            } | self.described
        if path == "/keys":
            return 200, dict(KeySet([self.key]).as_dict(private=False))
        return self.token(form, authorization) if path == "/token" else (404, {})


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@contextmanager
def oidc_provider() -> Iterator[Service]:
    """One that answers until the end of the block."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/authorize?"):
                self.send_response(302)
                self.send_header("location", service.authorized(self.path))
                self.end_headers()
                return
            form = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            asked = {name: values[0] for name, values in parse_qs(form).items()}
            status, said = service.answer(urlsplit(self.path).path, asked, self.headers.get("authorization", ""))
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.issuer = f"http://localhost:{server.server_port}"  # another site than 127.0.0.1, as services are
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
