"""`jbcalling models`: which speech and translation models there are, and whether they are here and whole."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.commands.progress import reporter
from tasks import installation, registry
from tasks.models import measured
from tasks.registry import ModelInfo


@click.group()
def models() -> None:
    """Speech and translation models: list, install, verify and remove them."""


@models.command("list")
@click.option("--long", "long", is_flag=True, help="Origin, digest, sources and what each costs on this machine.")
def list_models(long: bool) -> None:
    """List the models with languages, licence, size and state; "!" marks a caution."""
    everything = registry.list_models()
    for model in everything:
        state = "installed" if model.installed else "not installed"
        languages = " ".join(model.languages) if len(model.languages) < 4 else f"{len(model.languages)} directions"
        click.echo(f"{model.name:<18} {languages:<12} {state:<14} {_size(model):<37} {model.licence}")
        if model.caution:
            click.echo(f"{'':<18} ! {model.caution}")
        if long:
            _details(model)
    if long:
        names = {model.name for model in everything}
        for name, figures in measured.read().items():
            if name not in names:
                click.echo(f"{name:<18} no model of its own\n{'':<18} {_figures(figures)}")


@models.command()
@click.argument("name")
def show(name: str) -> None:
    """Show everything known about one model."""
    try:
        model = registry.info(name)
    except registry.ModelError as error:
        raise click.ClickException(str(error)) from error
    state = "installed" if model.installed else f"not installed: `jbcalling models install {name}`"
    click.echo(f"{name}: {state}, {_size(model)}\n{'':<18} {' '.join(model.languages)}; {model.licence}")
    if model.caution:
        click.echo(f"{'':<18} ! {model.caution}")
    _details(model)


@models.command()
@click.argument("names", nargs=-1)
@click.option("--default", "default", is_flag=True, help="Install the models that a new installation needs.")
@click.option("--languages", help='Languages of a package from this machine, like "en>vi" or "vi,en".')
@click.option("--name", help="What to call a package from this machine.")
def install(names: tuple[str, ...], default: bool, languages: str | None, name: str | None) -> None:
    """Install models by NAME, or an .argosmodel file or a CTranslate2 folder by its path.

    A model that is here already is left alone. A path has a slash in it or ends in .argosmodel.
    """
    wanted = list(names) + (registry.default_models() if default else [])
    if not wanted:
        raise click.UsageError("Name a model (see `jbcalling models list`) or give --default.")
    spoken = tuple(filter(None, (language.strip() for language in (languages or "").split(","))))
    told = reporter()
    for model in wanted:
        try:
            if "/" in model or model.endswith((".argosmodel", ".zip")):
                installation.install_local(Path(model), told.line, languages=spoken, name=name)
            else:
                installation.install(model, told.line, told.meter)
        except registry.ModelError as error:
            raise click.ClickException(str(error)) from error


@models.command()
@click.argument("names", nargs=-1)
def verify(names: tuple[str, ...]) -> None:
    """Check installed models against their digests; without a NAME all of them."""
    failed = False
    for name in names or [model.name for model in registry.list_models() if model.installed or model.default]:
        try:
            registry.verify(name)
            click.echo(f"{name}: whole")
        except registry.ModelError as error:
            failed = True
            click.echo(f"{name}: {error}")
    sys.exit(1 if failed else 0)


@models.command()
@click.argument("names", nargs=-1, required=True)
@click.option("--forget", is_flag=True, help="Forget the digests recorded at the first installation, too.")
def remove(names: tuple[str, ...], forget: bool) -> None:
    """Delete installed models and unfinished downloads of them."""
    for name in names:
        try:
            installation.remove(name, click.echo, forget=forget)
        except registry.ModelError as error:
            raise click.ClickException(str(error)) from error


def _size(model: ModelInfo) -> str:
    if model.bundled_with:
        return f"in the package {model.bundled_with}"
    about = "" if model.pinned == "catalogue" else ", pinned here on first install"
    return f"{model.size / 1e6:.0f} MB{about}"


def _details(model: ModelInfo) -> None:
    pinned = {
        "catalogue": f"sha256 {model.digest}",
        "package": f"digests in the package {model.bundled_with}",
        "here": f"pinned here on first install, sha256 {model.digest}",
        "at first installation": "will be pinned here on first install",
    }[model.pinned]
    lines = [f"format {model.format}, from {model.origin}", pinned]
    if model.sources:
        lines.append(f"sources: {'; '.join(model.sources)}")
    lines.append(_figures(model.measured) if model.measured else "not measured on this machine yet: a worker does")
    for line in lines:
        click.echo(f"{'':<18} {line}")


def _figures(figures: measured.Measured) -> str:
    loading = f"loads in {figures.load_s:.1f} s, +{figures.memory_mb:.0f} MB"
    return f"{loading}, {figures.speed} (measured here {figures.at[:10]})"
