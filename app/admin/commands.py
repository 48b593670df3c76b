"""`jbcalling admin`: the password of the administration, from the machine itself."""

from __future__ import annotations

import asyncio
import os

import click
from sqlalchemy.exc import SQLAlchemyError

from app.admin.audit import COMMAND_LINE, Audit
from app.auth import setup_code
from app.auth.admins import AdminNameError, Admins
from app.auth.passwords import PasswordError
from app.db import create_engine, create_sessions
from app.running import runner
from app.settings import Settings


@click.group()
def admin() -> None:
    """The password of the administration's pages."""


@admin.command("set-password")
@click.option("--name", default="admin", show_default=True, help="Whose password; makes an administrator of them.")
@click.password_option(help="Asked for when it is not given.")
def set_password(name: str, password: str) -> None:
    """Set the password of an administrator, and log them out everywhere."""
    settings = _settings()

    async def run() -> None:
        engine = create_engine(settings.sqlalchemy_url)
        sessions = create_sessions(engine)
        try:
            await Admins(sessions).set_password(name, password)
            await Audit(sessions).note("", "password.set", name, address=COMMAND_LINE)
        finally:
            await engine.dispose()

    try:
        asyncio.run(run())
    except (AdminNameError, PasswordError) as error:
        raise click.ClickException(str(error)) from error
    except (SQLAlchemyError, OSError) as error:
        remedy = "Check DATABASE_URL and that the database runs; `alembic upgrade head` makes its tables."
        raise click.ClickException(f"The password was not set ({type(error).__name__}). {remedy}") from error
    setup_code.discard(settings.var_dir)
    click.echo(f"The password of {name} is set. Log in at /admin.")


@admin.command("setup-code")
def show_code() -> None:
    """Print the code with which the first password is set at /admin/setup, making it where there is none."""
    click.echo(setup_code.make(_settings().var_dir))


def _settings() -> Settings:
    os.environ.setdefault("JBC_VAR", str(runner.ROOT / "var"))
    return Settings(session_secret="", sfu_token_secret="")
