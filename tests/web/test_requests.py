"""What web logs of a request."""

from __future__ import annotations

import json

import httpx

from ops.harness.web_server import WebServer, new_room


async def test_a_request_is_one_line_with_an_id_that_the_client_has_too(
    web: WebServer, browser: httpx.AsyncClient
) -> None:
    code = await new_room(browser, name="Griselda")
    response = await browser.get(f"/rooms/{code}")
    await browser.get("/health")
    lines = [json.loads(line) for line in web.events() if line.startswith("{")]
    (found,) = [line for line in lines if line.get("request") == response.headers["x-request-id"]]
    assert (found["method"], found["route"], found["status"]) == ("GET", "/rooms/{code}", 200)
    assert len(found["room"]) == 8
    assert found["process"] == "web"
    log = "\n".join(web.events())
    assert code not in log
    assert "Griselda" not in log
    assert "/health" not in log
