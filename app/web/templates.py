"""The template environment: everything escaped, an undefined name is an error."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template.config import TemplateConfig

from app.languages import LANGUAGES
from app.web.assets import ROOT, Assets

FOLDER: Final[Path] = ROOT / "templates"


def create_environment(assets: Assets) -> Environment:
    """The environment that pages and caption fragments are rendered in."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"asset": assets.url, "languages": LANGUAGES}
    environment.filters |= {"moment": moment}
    return environment


def moment(at: datetime | None) -> str:
    """A moment in UTC for a dense table; nothing for none."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at else ""


def template_config(environment: Environment) -> TemplateConfig[JinjaTemplateEngine]:
    """The same for Litestar."""
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))
