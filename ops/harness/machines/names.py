"""Names and certificates of the installation, for this process."""

from __future__ import annotations

import os
import subprocess

from ops.harness.machines.addresses import NAMES
from ops.harness.machines.host import Host, do
from ops.harness.machines.world import PLACE


def know_names() -> None:
    """Have this process, too, find the machines by their names."""
    file = PLACE / "names"
    names = "".join(f"{address} {domain}\n" for domain, address in NAMES.items())
    file.write_text("127.0.0.1 localhost\n" + names)
    do("mount", "--bind", str(file), "/etc/hosts")


def trust(hosts: list[Host]) -> None:
    """Have this process trust the machines' certificates, once they have them."""
    roots = [host.path("/var/lib/caddy/caddy/pki/authorities/local/root.crt") for host in hosts]
    for _ in range(200):
        if all(root.exists() for root in roots):
            break
        subprocess.run(["sleep", "0.1"], check=True)
    bundle = PLACE / "roots.pem"
    bundle.write_text("".join(root.read_text() for root in roots))
    os.environ["SSL_CERT_FILE"] = str(bundle)
