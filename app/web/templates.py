"""The template environment: everything escaped, an undefined name is an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template.config import TemplateConfig

from app.i18n import catalogue, formats
from app.web.assets import ROOT, STYLESHEET, Assets
from tasks.languages import LANGUAGES

FOLDER: Final[Path] = ROOT / "templates"


def create_environment(assets: Assets) -> Environment:
    """The environment that pages and caption fragments are rendered in."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    i18n: Any = environment
    i18n.install_gettext_callables(catalogue.translated, catalogue.translated_for, newstyle=True)
    environment.globals |= {
        "asset": assets.url,
        "inlined": assets.inlined,
        "interface": {code: formats.own_name(code) for code in catalogue.INTERFACE},
        "languages": {code: language.own_name for code, language in LANGUAGES.items()},
        "locale": catalogue.locale,
        "stylesheet": STYLESHEET,
    }
    environment.filters |= {
        "epoch": formats.epoch,
        "language_name": formats.language_name,
        "milliseconds": formats.milliseconds,
        "moment": formats.moment,
        "number": formats.number,
        "seconds": formats.seconds,
    }
    return environment


def template_config(environment: Environment) -> TemplateConfig[JinjaTemplateEngine]:
    """The same for Litestar."""
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))
