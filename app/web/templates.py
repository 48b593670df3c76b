"""The template environment: everything escaped, an undefined name is an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template.config import TemplateConfig
from markupsafe import Markup

from app.i18n import catalogue, formats
from app.linked import linked
from app.web.assets import ROOT, STYLESHEET, Assets
from tasks.languages import FIRST_LANGUAGES, LANGUAGES, described

FOLDER: Final[Path] = ROOT / "templates"


def create_environment(assets: Assets, sign_in_host: str = "", *, records: bool = False) -> Environment:
    """The environment that pages and caption fragments are rendered in.

    Args:
        assets: what pages load.
        sign_in_host: what people are told of the service that they may sign in by; empty where there is none.
        records: whether calls may be recorded here, by those who agree.
    """
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
        "first_languages": FIRST_LANGUAGES,
        "languages": {code: language.own_name for code, language in LANGUAGES.items()},
        "locale": catalogue.locale,
        "records": records,
        "sign_in_host": sign_in_host,
        "stylesheet": STYLESHEET,
    }
    environment.filters |= {
        "appointment": formats.appointment,
        "epoch": formats.epoch,
        "linked": linked,
        "language_name": formats.language_name,
        "written": written,
        "milliseconds": formats.milliseconds,
        "moment": formats.moment,
        "number": formats.number,
        "seconds": formats.seconds,
    }
    return environment


def written(language: str) -> Markup:
    """The attributes of text in a language: which it is, and whether it is written from right to left."""
    direction = Markup(' dir="rtl"') if described(language).right_to_left else Markup("")
    return Markup('lang="{}"').format(language) + direction


def template_config(environment: Environment) -> TemplateConfig[JinjaTemplateEngine]:
    """The same for Litestar."""
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))
