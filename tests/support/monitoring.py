"""Prometheus, Alertmanager and the blackbox exporter as Debian ships them, on free ports of loopback."""

from __future__ import annotations

import json
import queue
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ops.harness.ports import free_ports

CONFIGURATION = Path(__file__).resolve().parents[2] / "ops" / "prometheus"


def program(name: str) -> str:
    """The path of one of Debian's programs; `make test` installs them."""
    found = shutil.which(name)
    assert found, f"{name} is missing: python3 -m ops.setup --test says which Debian packages are needed"
    return found


@contextmanager
def running(ready: str, *command: str) -> Iterator[None]:
    """A program that runs while the block does, from when this address answers with 200."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                if httpx.get(ready, timeout=1, trust_env=False).is_success:
                    break
            except httpx.TransportError:
                pass
            assert process.poll() is None, process.stderr and process.stderr.read().decode()
            assert time.monotonic() < deadline, f"{command[0]} does not answer at {ready}"
            time.sleep(0.05)  # a process that is starting has no event to wait for but its port
        threading.Thread(target=process.stderr.read if process.stderr else print, daemon=True).start()
        yield
    finally:
        process.kill()
        process.wait()


class Webhook:
    """What Alertmanager tells, as it comes."""

    def __init__(self) -> None:
        self._told: queue.Queue[dict[str, Any]] = queue.Queue()
        self._kept: list[dict[str, Any]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self._told.put))

    @property
    def url(self) -> str:
        """Where to tell it."""
        return f"http://127.0.0.1:{self.server.server_port}/"

    def wait(self, name: str, status: str = "firing", within: float = 60.0, **labels: str) -> dict[str, Any]:
        """The first alert of that name, status and labels.

        Raises:
            queue.Empty: it has not come within so many seconds.
        """
        deadline = time.monotonic() + within
        while True:
            for alert in self._kept:
                if alert["status"] == status and {"alertname": name, **labels}.items() <= alert["labels"].items():
                    return alert
            self._kept += self._told.get(timeout=max(0.0, deadline - time.monotonic()))["alerts"]


def _handler(tell: Any) -> type[BaseHTTPRequestHandler]:  # noqa: ANN401
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            tell(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Not of interest."""

    return Handler


@contextmanager
def served(server: ThreadingHTTPServer) -> Iterator[None]:
    """A server that answers while the block runs."""
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def https_server(folder: Path, days: int) -> Iterator[str]:
    """An HTTPS address whose certificate is valid for so many days; the certificate is in `folder`/certificate.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "certificate.pem").write_bytes(pem)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(secret + pem)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(print))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with served(server):
        yield f"https://127.0.0.1:{server.server_port}/health"


@dataclass(frozen=True)
class Monitoring:
    """What runs."""

    prometheus: str
    """Its address."""
    webhook: Webhook


@contextmanager
def monitoring(folder: Path, targets: dict[str, str], public: str, ca: Path) -> Iterator[Monitoring]:
    """The configuration of ops/prometheus at work.

    Ports are free ones; what waits for minutes there waits for a second here (`promtool test rules` has the real
    times), and the blackbox exporter believes `ca`.

    Args:
        folder: where everything is written.
        targets: job → host:port.
        public: what stands for the address that people open.
        ca: the certificate of who signed that of `public`.
    """
    ports = dict(zip(("prometheus", "alertmanager", "blackbox"), free_ports(3), strict=True))
    hook = Webhook()

    def adapted(name: str, change: Any) -> Path:  # noqa: ANN401
        content = yaml.safe_load((CONFIGURATION / name).read_text())
        change(content)
        path = folder / name
        path.write_text(yaml.safe_dump(content))
        return path

    def config(content: dict[str, Any]) -> None:
        content["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        content["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [f"127.0.0.1:{ports['alertmanager']}"]
        jobs = {job["job_name"]: job for job in content["scrape_configs"]}
        probe = jobs["public"]
        probe["scrape_interval"] = "1s"
        probe["relabel_configs"][-1]["replacement"] = f"127.0.0.1:{ports['blackbox']}"
        for job in jobs.values():
            where = [public] if job is probe else [targets[job["job_name"]]] if job["job_name"] in targets else []
            job.pop("file_sd_configs", None)
            job["static_configs"] = [{"targets": where}]

    def rules(content: dict[str, Any]) -> None:
        for rule in (rule for group in content["groups"] for rule in group["rules"] if "for" in rule):
            rule["for"] = "1s"

    def alerts(content: dict[str, Any]) -> None:
        content["route"] |= {"group_wait": "0s", "group_interval": "1s"}
        content["receivers"][0]["webhook_configs"][0]["url"] = hook.url

    def blackbox(content: dict[str, Any]) -> None:
        content["modules"]["https"]["http"]["tls_config"] = {"ca_file": str(ca)}

    adapted("rules.yml", rules)
    address = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
    url = f"http://{address['prometheus']}"
    with ExitStack() as stack:
        stack.enter_context(served(hook.server))
        stack.enter_context(
            running(
                f"http://{address['blackbox']}/-/healthy",
                program("prometheus-blackbox-exporter"),
                f"--config.file={adapted('blackbox.yml', blackbox)}",
                f"--web.listen-address={address['blackbox']}",
            )
        )
        stack.enter_context(
            running(
                f"http://{address['alertmanager']}/-/ready",
                program("prometheus-alertmanager"),
                f"--config.file={adapted('alertmanager.yml', alerts)}",
                f"--web.listen-address={address['alertmanager']}",
                "--cluster.listen-address=",
                f"--storage.path={folder / 'alertmanager'}",
            )
        )
        stack.enter_context(
            running(
                f"{url}/-/ready",
                program("prometheus"),
                f"--config.file={adapted('prometheus.yml', config)}",
                f"--web.listen-address={address['prometheus']}",
                f"--storage.tsdb.path={folder / 'prometheus'}",
            )
        )
        yield Monitoring(url, hook)
