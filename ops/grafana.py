"""The Grafana dashboard, generated: `python -m ops.grafana` writes ops/grafana/jbcalling.json, `--check` compares.

One line here is one panel. Import the file in Grafana, or provision the folder; the data source is asked for.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

OUT: Final = Path(__file__).with_name("grafana") / "jbcalling.json"
COLUMNS: Final = 24
"""Width of Grafana's grid."""
HEIGHT: Final = 7
"""Rows of the grid that a panel takes."""
RATE: Final = "$__rate_interval"
"""What `$R` below stands for: Grafana's own choice of a span that holds enough scrapes."""
SOURCE: Final = {"type": "prometheus", "uid": "${source}"}


@dataclass(frozen=True)
class Panel:
    """One chart: title, unit as Grafana names it, and PromQL → legend."""

    title: str
    unit: str
    queries: dict[str, str]
    about: str = ""
    width: int = 8
    limit: float | None = None
    """Value from which it is red; that of the alert, where there is one."""


def _quantile(share: float, metric: str, by: str, where: str = "") -> str:
    return f"histogram_quantile({share}, sum by ({by}le) (rate({metric}_bucket{where}[$R])))"


ROWS: Final[dict[str, tuple[Panel, ...]]] = {
    "Calls": (
        Panel("Rooms and people", "short", {"sum(sfu_rooms)": "rooms", "sum(sfu_participants) by (kind)": "{{kind}}"}),
        Panel(
            "Ladder",
            "short",
            {"min by (source, target) (jbc_ladder_level)": "{{source}} → {{target}}"},
            "3 voice, 2 translated captions, 1 source captions, 0 original only.",
        ),
        Panel(
            "Dependencies",
            "short",
            {"jbc_dependency_state": "{{dependency}}"},
            "2 ok, 1 degraded, 0 down: the checks of /ready.",
        ),
    ),
    "Lag from the end of speech": (
        Panel(
            "Captions, p95",
            "s",
            {_quantile(0.95, "jbc_caption_lag_seconds", "kind, "): "{{kind}}"},
            "From the end of a sentence until web had its final caption.",
            limit=4,
        ),
        Panel(
            "Captions that grow, p95",
            "s",
            {_quantile(0.95, "jbc_caption_word_lag_seconds", "kind, "): "{{kind}}"},
            "From the end of the last word shown.",
        ),
        Panel(
            "First dubbed sound",
            "s",
            {
                _quantile(0.5, "jbc_lag_seconds", "", '{stage="total"}'): "p50",
                _quantile(0.95, "jbc_lag_seconds", "", '{stage="total"}'): "p95",
            },
            limit=5,
        ),
        Panel("Stages of a dub, p95", "s", {_quantile(0.95, "jbc_lag_seconds", "stage, "): "{{stage}}"}),
    ),
    "Work": (
        Panel("Workers", "short", {"jbc_workers": "alive", "jbc_workers_serving": "{{queue}}"}),
        Panel("Oldest message", "s", {"jbc_queue_age_seconds": "{{queue}}"}, limit=3),
        Panel("Messages waiting", "short", {"jbc_queue_depth": "{{queue}}"}),
        Panel(
            "Wait in the queue, p95", "s", {_quantile(0.95, "jbc_worker_queue_wait_seconds", "queue, "): "{{queue}}"}
        ),
        Panel("Actors, p95", "s", {_quantile(0.95, "jbc_worker_actor_seconds", "actor, "): "{{actor}}"}),
        Panel(
            "Threads at work",
            "short",
            {"sum by (actor) (rate(jbc_worker_actor_seconds_sum[$R]))": "{{actor}}"},
            "Seconds of work per second: at the number of workers the queues begin to grow.",
        ),
        Panel(
            "Processor of actors",
            "short",
            {"sum by (actor) (rate(jbc_worker_actor_processor_seconds_total[$R]))": "{{actor}}"},
            "Cores that each keeps busy.",
        ),
    ),
    "Lost, late and refused": (
        Panel(
            "Captions lost in 10 minutes",
            "short",
            {
                'sum by (reason) (increase(jbc_dropped_total{stage="segment"}[10m]))': "before a worker: {{reason}}",
                'sum(increase(jbc_worker_refused_transcripts_total{reason=~".*expired.*"}[10m]))': "audio expired",
                "sum by (actor) (increase(jbc_worker_failures_total[10m]))": "{{actor}} failed",
                "sum by (reason) (increase(jbc_captions_rejected_total[10m]))": "rejected: {{reason}}",
            },
            limit=1,
        ),
        Panel(
            "Clips and interims left out, a second",
            "short",
            {'sum by (stage, reason) (rate(jbc_dropped_total{stage!="segment"}[$R]))': ("{{stage}}: {{reason}}")},
        ),
        Panel(
            "Transcripts refused, a minute",
            "short",
            {"60 * sum by (reason) (rate(jbc_worker_refused_transcripts_total[$R]))": "{{reason}}"},
        ),
    ),
    "Captions and pages": (
        Panel(
            "Readers",
            "short",
            {"jbc_caption_readers": "open feeds", "increase(jbc_caption_readers_dropped_total[10m])": "too slow"},
        ),
        Panel("Captions sent, a second", "short", {"rate(jbc_captions_sent_total[$R])": "{{kind}}"}),
        Panel("Oldest caption not yet stored", "s", {"jbc_captions_unstored_seconds": "age"}, limit=60),
    ),
    "Media": (
        Panel("Tracks", "short", {"sum by (track, kind) (sfu_producers)": "{{track}} {{kind}}"}),
        Panel(
            "Media workers' processors",
            "percentunit",
            {"rate(sfu_worker_cpu_seconds_total[$R])": "{{worker}}"},
        ),
        Panel(
            "RTP packets that came late or not",
            "percentunit",
            {
                'sum by (fate) (rate(jbc_rtp_packets_total{fate!="received"}[$R]))'
                ' / ignoring (fate) group_left () sum(rate(jbc_rtp_packets_total{fate="received"}[$R]))': "{{fate}}"
            },
        ),
        Panel("Bridge's event loop late, p95", "s", {_quantile(0.95, "jbc_loop_delay_seconds", ""): "p95"}),
        Panel("Memory of the processes", "bytes", {"process_resident_memory_bytes": "{{job}} {{instance}}"}),
        Panel(
            "Processor time of the processes",
            "percentunit",
            {"rate(process_cpu_seconds_total[$R])": "{{job}} {{instance}}"},
        ),
    ),
    "Machines and upkeep": (
        Panel(
            "Processors",
            "percentunit",
            {
                '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[$R]))': "{{instance}} busy",
                'avg by (instance) (rate(node_cpu_seconds_total{mode="steal"}[$R]))': "{{instance}} stolen",
            },
        ),
        Panel(
            "Memory left",
            "percentunit",
            {"node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes": "{{instance}}"},
        ),
        Panel(
            "Disk left",
            "percentunit",
            {
                'node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs|overlay|squashfs"}'
                " / node_filesystem_size_bytes": "{{instance}} {{mountpoint}}"
            },
        ),
        Panel("Redis memory", "bytes", {"jbc_redis_memory_bytes": "used", "jbc_redis_memory_limit_bytes": "limit"}),
        Panel("Last backup, age", "s", {"time() - jbc_backup_last_success_timestamp_seconds": "age"}, limit=86_400),
        Panel("Certificate, time left", "s", {"probe_ssl_earliest_cert_expiry - time()": "{{instance}}"}),
    ),
}


def _panel(number: int, panel: Panel, x: int, y: int) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.limit is not None:
        steps.append({"color": "red", "value": panel.limit})
    custom = {"thresholdsStyle": {"mode": "off" if panel.limit is None else "dashed"}}
    return {
        "id": number,
        "type": "timeseries",
        "title": panel.title,
        "description": panel.about,
        "datasource": SOURCE,
        "gridPos": {"h": HEIGHT, "w": panel.width, "x": x, "y": y},
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "min": 0, "thresholds": {"steps": steps}, "custom": custom},
            "overrides": [],
        },
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {
                "refId": chr(ord("A") + n),
                "expr": expression.replace("$R", RATE),
                "legendFormat": legend,
                "datasource": SOURCE,
            }
            for n, (expression, legend) in enumerate(panel.queries.items())
        ],
    }


def _panels() -> Iterable[dict[str, Any]]:
    number, y = 1, 0
    for title, panels in ROWS.items():
        position = {"h": 1, "w": COLUMNS, "x": 0, "y": y}
        yield {"id": number, "type": "row", "title": title, "collapsed": False, "panels": [], "gridPos": position}
        number, y, x = number + 1, y + 1, 0
        for panel in panels:
            if x + panel.width > COLUMNS:
                x, y = 0, y + HEIGHT
            yield _panel(number, panel, x, y)
            number, x = number + 1, x + panel.width
        y += HEIGHT


def dashboard() -> str:
    """The dashboard's JSON."""
    source = {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    model = {
        "uid": "jbcalling",
        "title": "JB Calling",
        "schemaVersion": 38,
        "timezone": "browser",
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [source]},
        "panels": list(_panels()),
    }
    return json.dumps(model, indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the file, or say whether it is current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 where the file is not what this would write")
    if parser.parse_args().check:
        return 0 if OUT.exists() and OUT.read_text() == dashboard() else 1
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(dashboard())
    print(f"Written to {OUT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
