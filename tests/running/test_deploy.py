"""The plan of a server, checked by the programs that will read it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from honcho.environ import parse_procfile
from sqlalchemy import make_url

from app import migrate
from app.auth import secrets_file
from app.commands.cli import main
from app.running.deploy.processes import units
from app.running.deploy.settings_file import BY_UNITS, documented
from ops.harness.ports import free_port
from ops.harness.waiting import until
from tests.support.postgres import USER, Postgres

ROOT = Path(__file__).resolve().parents[2]
EDGE = ["--domain", "calls.example.org", "--address", "203.0.113.5"]
PLANS = {
    "all": ["--role", "all", *EDGE, "--address6", "2001:db8::5", "--instances", "2", "--postgresql"],
    "edge": ["--role", "edge", *EDGE, "--edge", "10.0.0.1", "--worker", "10.0.0.2", "--worker", "10.0.0.3"],
    "edge of two": [
        *("--role", "edge", *EDGE, "--edge", "10.0.0.1", "--sfu", "sfu2.example.org=10.0.0.3", "--webs", "2"),
    ],
    "worker": ["--role", "worker", "--edge", "10.0.0.1", "--address", "10.0.0.2", "--instances", "2"],
    "worker with an sfu": [
        *("--role", "worker", "--edge", "10.0.0.1", "--address", "10.0.0.3"),
        *("--sfu-domain", "sfu2.example.org", "--public", "203.0.113.5"),
    ],
}
READ = re.compile(
    r"""(?:\b(?:env|Setting|whole|number|port|flag|choice|host|text|path|key|_urls|_origins)|environ\.get)"""
    r"""\(\s*["']([A-Z][A-Z0-9_]{3,})["']|^  (SFU_[A-Z0-9_]+): """,
    re.MULTILINE,
)
NOT_OURS = {"XDG_CACHE_HOME", "PATH_INFO", "ESPEAK_NG", "MEDIASOUP_WORKER_BIN"}
"""Set by the machine, by tests, or by setup."""
LEAST_EXPOSED = 20
"""Tenths of systemd's own scale from 0 (locked in) to 10 (nothing held back)."""


@pytest.fixture(params=PLANS)
def plan(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    out = tmp_path / "plan"
    words = ["deploy", "plan", *PLANS[request.param], "--out", str(out), "--prefix", str(ROOT)]
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return out


def run(*command: str) -> str:
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def in_a_network_of_its_own(*command: str) -> str:
    """As root there, which nft wants even to check a file."""
    return run(*(() if os.geteuid() == 0 else ("unshare", "-rn")), *command)


@pytest.mark.service
def test_systemd_the_firewall_and_the_proxy_take_it(plan: Path) -> None:
    units = sorted(map(str, (plan / "etc/systemd/system").iterdir()))
    assert "jbcalling" not in run("systemd-analyze", "verify", "--man=no", *units), "systemd has nothing to remark"
    for unit in units:
        if unit.endswith(".service"):
            run("systemd-analyze", "security", "--offline=true", f"--threshold={LEAST_EXPOSED}", unit)
    in_a_network_of_its_own("/usr/sbin/nft", "--check", "--file", str(plan / "etc/nftables.conf"))
    run("sh", "-n", str(plan / "usr/local/bin/jbcalling"))
    caddyfile = plan / "etc/caddy/Caddyfile"
    if caddyfile.exists():
        run("caddy", "validate", "--config", str(caddyfile), "--adapter", "caddyfile")


def test_the_guide_makes_the_databases_that_web_and_the_backup_use(postgres: Postgres, tmp_path: Path) -> None:
    out = tmp_path / "plan"
    CliRunner().invoke(main, ["deploy", "plan", *PLANS["all"], "--out", str(out), "--prefix", str(ROOT)])
    guide = (out / "INSTALL.md").read_text()
    lines = re.search(r"^\. /etc/jbcalling/secrets\.env\n.*?^for .*?$", guide, re.MULTILINE | re.DOTALL)
    assert lines is not None
    known = secrets_file.load_or_create(tmp_path / "secrets.env")
    # The server of these tests is not where Debian's is and asks for a password; only root may become another user.
    server = {"PGHOST": "127.0.0.1", "PGPORT": str(postgres.port), "PGPASSWORD": postgres.password, "PGUSER": USER}
    here = lines[0].replace("/etc/jbcalling/secrets.env", str(tmp_path / "secrets.env"))
    mine = "" if os.geteuid() == 0 else 'runuser() { shift 3; "$@"; };'
    done = subprocess.run(["bash", "-euc", mine + here], env=os.environ | server, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "CREATE ROLE\n", "")
    for name in ("jbcalling", "jbcalling_verify"):
        url = make_url(postgres.url(name)).set(username="jbcalling", password=known["DATABASE_PASSWORD"])
        migrate.upgrade(url.render_as_string(hide_password=False))


def test_units_run_the_procfile_with_the_secrets_that_each_needs(plan: Path) -> None:
    lines = parse_procfile((ROOT / "Procfile").read_text()).processes
    for path in (plan / "etc/systemd/system").glob("jbcalling-*.service"):
        name = path.stem.removeprefix("jbcalling-").rstrip("@")
        unit = path.read_text()
        if name == "backup":
            continue
        command = re.search(r"^ExecStart=(.*)$", unit, re.M)
        assert command is not None
        program, *words = command[1].split()
        assert Path(program).exists(), "the program is there"
        wanted = lines[name].split()[1:]
        assert [Path(program).name, *words] == wanted
        hidden = set(re.search(r"^UnsetEnvironment=(.*)$", unit, re.M)[1].split())  # type: ignore[index]
        assert ("SESSION_SECRET" in hidden) == (name != "web")
        assert ("SystemCallFilter=seccomp" in unit.splitlines()) == (name == "web"), "its decoders confine themselves"
        assert ("REDIS_PASSWORD" in hidden) == (name in ("sfu", "worker", "installer"))
        assert ("LLM_API_KEY" in hidden) == (name != "worker")
        assert ("DATABASE_URL" in hidden) == (name != "web")
        assert ("REDIS_WORKER_PASSWORD" in hidden) == (name not in ("redis", "worker", "installer"))
        assert ("SFU_TOKEN_SECRET" in hidden) == (name in ("worker", "redis", "installer"))


async def test_the_bridge_starts_with_the_secrets_that_its_unit_leaves_it(tmp_path: Path) -> None:
    unit = next(unit for unit in units("all", ROOT) if unit.name == "bridge")
    port = str(free_port())
    known = dict.fromkeys(unit.needs, "s" * 40) | {"BRIDGE_PORT": port, "JBC_VAR": str(tmp_path)}
    env = {name: value for name, value in os.environ.items() if name not in unit.hides}
    env |= known | {"TURN_URLS": "turn:turn.example.org:3478", "REDIS_PORT": str(free_port())}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "app.media.bridge", cwd=ROOT, env=env)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:

            async def answers() -> bool:
                assert process.returncode is None, "it has ended"
                try:
                    return (await client.get("/metrics")).status_code == 200
                except httpx.TransportError:
                    return False

            await until(answers, 30)
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 20)


def test_the_settings_file_explains_every_setting_that_the_code_reads(plan: Path) -> None:
    sources = [*ROOT.glob("app/**/*.py"), *ROOT.glob("tasks/**/*.py"), ROOT / "app/media/sfu/config.js"]
    text = "\n".join(path.read_text() for path in sources if "node_modules" not in path.parts)
    read = {one or other for one, other in READ.findall(text)}
    assert {"WEB_PORT", "SFU_MAX_ROOMS", "REDIS_HOST", "API_VOICES"} <= read, "the pattern finds them"
    known = {name for setting in documented() for name in setting.names}
    assert read - known - NOT_OURS - BY_UNITS == set(), "docs/ has a line for each"
    settings = (plan / "etc/jbcalling/jbcalling.env").read_text()
    assert (plan / "etc/jbcalling/jbcalling.env").stat().st_mode & 0o777 == 0o600
    assert "z /etc/jbcalling/jbcalling.env 0600 root" in (plan / "etc/tmpfiles.d/jbcalling.conf").read_text()
    assert "# LLM_API_KEY with a password or key in it: in secrets.env" in settings
    assert "REDIS_HOST" in settings
    assert "_SECRET" not in settings.replace("OIDC_CLIENT_SECRET", ""), "ours are made, this one is given"


def test_what_a_unit_may_write_to_is_there_and_its_own(plan: Path) -> None:
    made = [line.split() for line in (plan / "etc/tmpfiles.d/jbcalling.conf").read_text().splitlines()]
    owners = {words[1]: words[3] for words in made if words[:1] == ["d"]}
    for path in (plan / "etc/systemd/system").glob("jbcalling-*.service"):
        unit = path.read_text()
        user = re.search(r"^User=(.*)$", unit, re.M)
        folders = re.search(r"^ReadWritePaths=(.*)$", unit, re.M)
        name = path.stem.removeprefix("jbcalling-").rstrip("@")
        if name == "worker":
            assert folders is not None, "it keeps what it measured, and what was read of prompts"
            assert folders[1].split() == ["/var/cache/jbcalling/models/.measured", "/var/cache/jbcalling/prompts"]
        if name != "backup" and folders is not None:
            assert user is not None
            assert [owners.get(folder) for folder in folders[1].split()] == [user[1]] * len(folders[1].split())


def memory_max(folder: Path, models: Path, **settings: str) -> str:
    """MemoryMax of a worker's unit, planned on a machine with these models."""
    words = ["deploy", "plan", "--role", "worker", "--edge", "10.0.0.1", "--address", "10.0.0.2", "--out", str(folder)]
    result = CliRunner().invoke(main, words, env={"MODELS_DIR": str(models), **settings}, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    unit = (folder / "etc/systemd/system/jbcalling-worker@.service").read_text()
    return re.search(r"^MemoryMax=(.*)$", unit, re.M)[1]  # type: ignore[index]


def test_a_worker_may_use_what_its_models_take(tmp_path: Path) -> None:
    models = tmp_path / "models"
    assert memory_max(tmp_path / "fresh", models) == "5120M", "the draft may come by itself"
    assert memory_max(tmp_path / "forbidden", models, MODELS_AUTO="0") == "3072M"
    (models / "draft-en-vi").mkdir(parents=True)
    (models / "draft-en-vi" / "model.gguf").touch()
    assert memory_max(tmp_path / "drafts", models, MODELS_AUTO="0") == "5120M"
    (models / ".measured").mkdir()
    figures = {"load_s": 1.0, "memory_mb": 2600.0, "speed": "", "at": ""}
    (models / ".measured" / "measured.json").write_text(json.dumps({"draft-en-vi": figures}))
    assert memory_max(tmp_path / "measured", models, MODELS_AUTO="0") == "6144M"
    assert memory_max(tmp_path / "as before", models, MODELS_OFFLINE="1") == "6144M"


@pytest.mark.service
def test_the_sfu_takes_media_on_ipv6_where_the_server_has_it(plan: Path) -> None:
    """As the SFU itself reads the settings."""
    settings = (plan / "etc/jbcalling/jbcalling.env").read_text()
    if "SFU_RTC_IP" not in settings:
        return  # a worker
    read = (
        "import { loadConfig } from './app/media/sfu/config.js'; console.log(JSON.stringify(loadConfig(process.env)))"
    )
    chosen = dict(re.findall(r'^(SFU_\w+)="(.*)"$', settings, re.M))
    env = os.environ | chosen | {"SFU_TOKEN_SECRET": "s" * 40}
    node = ["node", "--input-type=module", "--eval", read]
    found = json.loads(subprocess.run(node, cwd=ROOT, env=env, capture_output=True, check=True, text=True).stdout)
    media = [(one["ip"], one["announcedAddress"]) for one in found["media"]]
    both = "2001:db8::5" in settings
    assert media == [("0.0.0.0", "203.0.113.5"), *([("::", "2001:db8::5")] if both else [])]


def test_only_what_has_a_reason_is_open(plan: Path) -> None:
    rules = (plan / "etc/nftables.conf").read_text()
    accepted = [line.strip() for line in rules.splitlines() if " accept" in line]
    assert all('comment "' in line for line in accepted)
    open_to_all = {port for line in accepted if "saddr" not in line for port in re.findall(r"dport ([\d-]+)", line)}
    assert open_to_all <= {"22", "80", "443", "8020"}
    assert "policy drop" in rules


def planned(folder: Path, name: str) -> dict[str, str]:
    """The settings of one of the plans."""
    CliRunner().invoke(main, ["deploy", "plan", *PLANS[name], "--out", str(folder)], catch_exceptions=False)
    return dict(re.findall(r'^([A-Z_]+)="(.*)"$', (folder / "etc/jbcalling/jbcalling.env").read_text(), re.M))


def test_a_second_sfu_is_known_to_the_edge_and_open_to_it_alone(tmp_path: Path) -> None:
    edge, media = planned(tmp_path / "edge", "edge of two"), planned(tmp_path / "media", "worker with an sfu")
    assert edge["SFU_PUBLIC_URL"] == "wss://calls.example.org/ws,wss://sfu2.example.org/ws"
    assert edge["SFU_OPERATORS"] == "127.0.0.1:8010,10.0.0.3:8010"
    assert edge["REDIS_BIND"] == "127.0.0.1 10.0.0.1", "its bridge reaches Redis"
    assert (media["SFU_HOST"], media["REDIS_HOST"]) == ("0.0.0.0", "10.0.0.1")
    rules = (tmp_path / "media/etc/nftables.conf").read_text()
    assert re.search(r"^\s*ip saddr \$private tcp dport 8010 accept", rules, re.M)
    assert "define private = { 10.0.0.1 }" in rules
    units_ = {path.name for path in (tmp_path / "media/etc/systemd/system").glob("*.service")}
    assert units_ == {f"jbcalling-{name}.service" for name in ("sfu", "bridge", "worker@", "installer")}
    proxy = (tmp_path / "media/etc/caddy/Caddyfile").read_text()
    assert "sfu2.example.org {" in proxy
    assert "8000" not in proxy, "there are no pages"
    assert "SFU_TOKEN_SECRET=… " in (tmp_path / "media/INSTALL.md").read_text()


def test_each_of_two_webs_has_a_port_that_the_proxy_knows(tmp_path: Path) -> None:
    planned(tmp_path, "edge of two")
    units_ = tmp_path / "etc/systemd/system"
    unit = (units_ / "jbcalling-web@.service").read_text().splitlines()
    started = re.findall(r"jbcalling-web@(\d)\.service", (units_ / "jbcalling.target").read_text())
    ports = [line.replace("%i", number) for number in started for line in unit if line.startswith("Environment=WEB_")]
    assert ports == ["Environment=WEB_PORT=8000", "Environment=WEB_PORT=8001"]
    assert "reverse_proxy 127.0.0.1:8000 127.0.0.1:8001 {" in (tmp_path / "etc/caddy/Caddyfile").read_text()
    migrating = next(line for line in unit if line.startswith("ExecStartPre="))
    assert "flock" in migrating, "they start at once, and one migrates"


def test_a_plan_that_lacks_something_says_what(tmp_path: Path) -> None:
    def refused(*words: str) -> str:
        result = CliRunner().invoke(main, ["deploy", "plan", "--out", str(tmp_path / "new"), *words])
        assert result.exit_code == 2
        return result.output

    assert "--domain" in refused("--role", "all")
    assert "--domain" in refused("--role", "all", "--address", "203.0.113.5", "--domain", "a.example; respond 200")
    assert "--edge" in refused("--role", "worker", "--address", "10.0.0.2")
    assert "IPv4" in refused("--role", "worker", "--edge", "10.0.0.1; reboot")
    assert "IPv6" in refused("--role", "all", "--address6", "203.0.113.5")
    worker = ("--role", "worker", "--edge", "10.0.0.1", "--address", "10.0.0.2")
    assert "--address6" in refused(*worker, "--address6", "2001:db8::5")
    assert "--public" in refused(*worker, "--sfu-domain", "sfu2.example.org")
    assert "--sfu-domain" in refused(*worker, "--public", "203.0.113.6")
    assert "--webs" in refused(*worker, "--webs", "2")
    assert "--sfu" in refused(*worker, "--sfu", "sfu2.example.org=10.0.0.3")
    assert "not a name" in refused(*worker, "--sfu", "reboot;=10.0.0.3")
