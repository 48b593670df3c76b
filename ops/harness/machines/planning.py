"""`jbcalling deploy`, for hosts."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from app.commands.cli import main


def planned(out: Path, *words: str) -> None:
    """Write a plan into `out`; `words` are those after `deploy`.

    Raises:
        RuntimeError: it cannot be written; the message says why.
    """
    made = CliRunner().invoke(main, ["deploy", *words, "--out", str(out)], catch_exceptions=False)
    if made.exit_code:
        raise RuntimeError(made.output)
