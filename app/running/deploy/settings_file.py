"""The template of `/etc/jbcalling/jbcalling.env`: every setting with its explanation, from the tables of docs/."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from app.auth import secrets_file
from app.running.deploy.processes import ROOT, SECRETS, Role

PAGES: Final = ("running.md", "nat.md", "operations.md", "models.md", "api.md", "llm.md")
OF_WORKERS: Final = re.compile(
    r"JBC_CACHE|REDIS_(HOST|PORT|URL)|BROKER_URL|WORKER_.*|MODEL.*|.*_WITH|TRANSLATE_BEAM|CACHE_.*|GTTS_.*|LLM_.*|ESPEAK_NG"
)
BY_UNITS: Final = frozenset(
    {*SECRETS, "JBC_VAR", "JBC_CACHE", "JBC_SECRETS", "JBC_KEYS", "JBC_ROLE", "BACKUP_PASSPHRASE"}
)
"""Set in the units, in `/usr/local/bin/jbcalling` or in secrets.env, not here."""
_ROW: Final = re.compile(r"\| (?P<names>`[^|]+) \|(?P<default>[^|]*)\| (?P<what>.+) \|")
_NAME: Final = re.compile(r"`([A-Z][A-Z0-9_]{3,})`")


@dataclass(frozen=True)
class Setting:
    """One line of the documentation."""

    names: tuple[str, ...]
    default: str
    what: str


def documented() -> Iterator[Setting]:
    """Every setting that docs/ has a line for."""
    for page in PAGES:
        for line in (ROOT / "docs" / page).read_text().splitlines():
            row = _ROW.match(line)
            names = _NAME.findall(row["names"]) if row else []
            if row and names:
                yield Setting(tuple(names), _plain(row["default"]), _plain(row["what"]))


def template(role: Role, chosen: Mapping[str, str]) -> str:
    """The file: what the plan has decided is set, everything else stands behind a `#` with its default."""
    wanted = [
        setting
        for setting in documented()
        if not BY_UNITS.issuperset(setting.names)
        and (role != "worker" or all(OF_WORKERS.fullmatch(name) for name in setting.names))
    ]
    lines = [
        "# Settings of JB Calling; secrets are in secrets.env beside it. A line takes effect when its process restarts."
    ]
    for setting in wanted:
        lines += ["", f"# {setting.what}", f"# default: {setting.default or 'none'}"]
        if secret := sorted(secrets_file.GIVEN.keys() & {*setting.names}):
            lines.append(
                f"# {' and '.join(secret)} with a password or key in it: in secrets.env, which root alone reads"
            )
        lines += [f'{name}="{chosen[name]}"' if name in chosen else f"#{name}=" for name in setting.names]
    missing = chosen.keys() - {name for setting in wanted for name in setting.names}
    if missing:
        raise LookupError(f"docs/ has no line for {', '.join(sorted(missing))}")
    return "\n".join(lines) + "\n"


def _plain(cell: str) -> str:
    without_links = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", cell)
    return re.sub(r"[`*]", "", without_links).strip()
