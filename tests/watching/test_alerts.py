"""What is watched, by the programs that watch it."""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path

import httpx
import redis
import yaml
from prometheus_client import REGISTRY, Metric

import app.captions.metrics
import app.health.metrics
import tasks.metrics
from app.media.bridge.metrics import Metrics
from ops import grafana
from ops.harness.ports import free_port
from ops.harness.redis_server import redis_server
from ops.harness.sfu import Sfu
from ops.harness.web_server import ROOT, WebServer
from tasks.wire import keys
from tasks.wire.messages import Heartbeat, encode
from tests.support.monitoring import CONFIGURATION, https_server, monitoring, program, running

OURS = (app.captions.metrics, app.health.metrics, tasks.metrics)
"""Imported for the metrics that they register."""


def checked(*command: str) -> None:
    result = subprocess.run(command, cwd=CONFIGURATION, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_each_alert_fires_when_it_should_and_not_before() -> None:
    checked(program("promtool"), "check", "config", "prometheus.yml")
    checked(program("promtool"), "test", "rules", "rules_test.yml")
    checked(program("amtool"), "check-config", "alertmanager.yml")
    rules = yaml.safe_load((CONFIGURATION / "rules.yml").read_text())
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"] if "alert" in rule}
    cases = yaml.safe_load((CONFIGURATION / "rules_test.yml").read_text())
    proven = {(case["alertname"], bool(case["exp_alerts"])) for t in cases["tests"] for case in t["alert_rule_test"]}
    assert proven == {(alert, fires) for alert in alerts for fires in (True, False)}
    explained = (ROOT / "docs" / "watching.md").read_text()
    assert [alert for alert in sorted(alerts) if f"`{alert}`" not in explained] == []


def test_the_dashboard_is_the_one_that_its_source_makes() -> None:
    assert grafana.OUT.read_text() == grafana.dashboard(), "run python -m ops.grafana"


def names(families: list[Metric]) -> set[str]:
    """Names as they are scraped; a histogram without values yet has its series all the same."""
    found = set()
    for family in families:
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(family.type, [""])
        found |= {family.name + suffix for suffix in suffixes}
    return found


def test_rules_and_dashboard_ask_for_metrics_that_exist() -> None:
    panels = json.loads(grafana.dashboard())["panels"]
    asked = [target["expr"] for panel in panels for target in panel.get("targets", [])]
    rules = yaml.safe_load((CONFIGURATION / "rules.yml").read_text())
    asked += [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    wanted = {name for expr in asked for name in re.findall(r"\b(?:jbc|sfu|node|process)_[a-z_A-Z]+", expr)}
    server = Sfu()
    server.start()
    try:
        sfu = set(
            re.findall(r"^# TYPE (sfu_\w+)", httpx.get(f"http://127.0.0.1:{server.port}/metrics").text, re.MULTILINE)
        )
    finally:
        server.stop()
    port = free_port()
    address = f"http://127.0.0.1:{port}/metrics"
    with running(address, program("prometheus-node-exporter"), f"--web.listen-address=127.0.0.1:{port}"):
        node = set(re.findall(r"^(node_\w+)", httpx.get(address).text, re.MULTILINE))
    known = names(list(REGISTRY.collect())) | names(list(Metrics().registry.collect())) | sfu | node
    assert len(wanted) > 30
    assert wanted - known == set()


def test_alerts_travel_from_real_processes_through_alertmanager_to_the_operator(tmp_path: Path) -> None:
    with redis_server() as server, https_server(tmp_path, days=7) as public:
        web = WebServer(tmp_path, server.url)
        web.migrate()
        web.start()
        targets = {"web": f"127.0.0.1:{web.port}", "sfu": f"127.0.0.1:{free_port()}"}
        try:
            with monitoring(tmp_path, targets, public, tmp_path / "certificate.pem") as watched:
                told = watched.webhook
                assert "sfu on 127.0.0.1" in told.wait("ProcessDown", job="sfu")["annotations"]["summary"]
                assert "sign of life" in told.wait("NoWorkerHeartbeat")["annotations"]["summary"]
                assert "6d 23h" in told.wait("CertificateExpires", instance=public)["annotations"]["summary"]
                assert told.wait("BackupOld")["labels"]["severity"] == "ticket"

                beat = Heartbeat(worker="one", at=time.time(), queues=["stt"], stt=["en"], translate=[], speak=[])
                with redis.Redis.from_url(server.url) as client:
                    client.set(keys.heartbeat("one"), encode(beat))
                told.wait("NoWorkerHeartbeat", status="resolved")
                told.wait("QueueUnserved", queue="speak")
        finally:
            web.kill()
