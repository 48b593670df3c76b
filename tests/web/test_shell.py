"""What makes the pages installable: the manifest, and the service worker with what it holds."""

from __future__ import annotations

import json
import re
import struct
from urllib.parse import urljoin

import httpx
import pytest

from app.i18n import INTERFACE
from app.web.shell import built
from ops.harness.web_server import new_room

EVERYTHING = (b"script", "/offline?lang=en", "<p>No connection</p>", ["/static/css/app.css?v=1"])
CHANGED = {
    "the script": (b"another", *EVERYTHING[1:]),
    "the language": (*EVERYTHING[:1], "/offline?lang=vi", *EVERYTHING[2:]),
    "the page": (*EVERYTHING[:2], "<p>No network</p>", EVERYTHING[3]),
    "a file": (*EVERYTHING[:3], ["/static/css/app.css?v=2"]),
    "the files": (*EVERYTHING[:3], []),
}


def held(script: str) -> dict[str, object]:
    shell: dict[str, object] = json.loads(script.removeprefix("self.SHELL = ").split(";\n", 1)[0])
    return shell


@pytest.mark.parametrize("what", CHANGED)
def test_a_worker_that_holds_something_else_is_another_one(what: str) -> None:
    assert built(*EVERYTHING) == built(*EVERYTHING)
    before, after = (held(built(*parts).decode()) for parts in (EVERYTHING, CHANGED[what]))
    assert before["version"] != after["version"]


@pytest.mark.parametrize("language", INTERFACE)
async def test_a_manifest_in_each_language_of_the_pages(client: httpx.AsyncClient, language: str) -> None:
    front = await client.get("/", headers={"accept-language": language})
    link = re.search(r'<link rel="manifest" href="([^"]+)">', front.text)
    assert link
    client.cookies.clear()
    # Browsers fetch it without cookies, and in whatever language they like.
    answer = await client.get(link[1], headers={"accept-language": "de"})
    assert answer.headers["content-type"] == "application/manifest+json"
    assert "set-cookie" not in answer.headers
    manifest = answer.json()
    assert (manifest["lang"], manifest["start_url"], manifest["display"]) == (language, "/", "standalone")
    english = (await client.get("/manifest.webmanifest?lang=en")).json()
    assert (manifest["description"] == english["description"]) is (language == "en")
    for icon in manifest["icons"]:
        image = await client.get(urljoin("/", icon["src"]))
        assert (image.status_code, image.headers["content-type"]) == (200, icon["type"])
        if icon["type"] == "image/png":
            width, height = struct.unpack(">II", image.content[16:24])
            assert icon["sizes"] == f"{width}x{height}"
    purposes = {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]}
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= purposes


async def test_what_the_worker_holds_is_of_nobody(client: httpx.AsyncClient) -> None:
    await new_room(client)
    script = await client.get("/service-worker.js?lang=vi")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cache-control"] == "private, no-cache", "a new one is found at once"
    shell = held(script.text)
    files = shell["files"]
    assert isinstance(files, list)
    assert all(re.fullmatch(r"/static/[a-z]+/[\w.-]+\?v=[0-9a-f]{12}", file) for file in files)
    addresses = [*files, str(shell["offline"])]
    known = [await client.get(address) for address in addresses]
    client.cookies.clear()
    for address, answer in zip(addresses, known, strict=True):
        assert (answer.status_code, (await client.get(address)).content) == (200, answer.content), "as for everybody"
    page = known[-1]
    assert "set-cookie" not in page.headers
    assert "set-cookie" not in script.headers
    assert 'lang="vi"' in page.text
    assert "csrf" not in page.text


async def test_pages_may_have_workers_and_a_manifest_of_ours_alone(client: httpx.AsyncClient) -> None:
    policy = (await client.get("/")).headers["content-security-policy"]
    assert {"worker-src 'self'", "manifest-src 'self'", "default-src 'self'"} <= set(policy.split("; "))
