"""Installs what is missing, one model after the other, and tries again later where that fails."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

import msgspec
import redis

from tasks import installation, operator_choices, registry
from tasks.engines.base import EngineError
from tasks.engines.listing import descriptions
from tasks.installer import needs
from tasks.installer.needs import Needs
from tasks.installer.notes import Notes
from tasks.models import recommended
from tasks.models.recommended import GB, Choice
from tasks.models.spec import Model, ModelError, NotDeliveredError
from tasks.wire.administration import Hindrance

LOOK_SECONDS: Final = 2.0
"""Seconds between looks at whether somebody has installed, removed or switched off something."""
FIRST_PAUSE_SECONDS: Final = 60.0
LONGEST_PAUSE_SECONDS: Final = 6 * 3600.0
"""Seconds until a failure is tried again: each pause twice the one before, up to this."""

logger = logging.getLogger(__name__)


class Installer:
    """Run `run`; `stopped` ends it where it waits, and an exception where it works."""

    def __init__(self, notes: Notes, client: redis.Redis, stopped: threading.Event, *, allowed: bool) -> None:
        self._notes = notes
        self._client = client
        self._stopped = stopped
        self._allowed = allowed
        self._better_asked = False
        """Whether what is better than a draft has been asked for since this process began."""

    def run(self) -> None:
        """See to it that nothing is missing, for ever."""
        pause = FIRST_PAUSE_SECONDS
        while not self._stopped.is_set():
            again_in = None
            stamp: tuple[object, ...] | None = None
            try:
                hindrances = self._bring(self._look()) if self._allowed else []
                stamp = registry.stamp()  # before the look: whatever changes after it is noticed
                missing = self._look()
            except (ModelError, EngineError, OSError) as error:
                logger.error("What is installed cannot be read: %s", error)
                missing, hindrances = Needs(frozenset(), frozenset()), []
            if stamp is None or (missing.missing and self._allowed):
                again_in, pause = pause, min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                pause = FIRST_PAUSE_SECONDS
            self._say(missing, hindrances, again_in)
            self._wait(again_in, stamp)

    def _look(self) -> Needs:
        self._refresh()
        return needs.look()

    def _refresh(self) -> None:
        try:
            operator_choices.refresh(self._client)
        except (redis.RedisError, msgspec.DecodeError) as error:
            logger.warning("The administrators' settings cannot be read: %s", error)

    def _bring(self, wanted: Needs) -> list[Hindrance]:
        """Try every way until nothing is missing; what stood in the way."""
        found: list[Hindrance] = []
        pairs = wanted.missing if self._better_asked else wanted.missing | wanted.drafted
        for choice in recommended.choices(pairs, drafts=bool(wanted.missing)):
            left = needs.look()
            useful = choice.for_pairs(left.missing if choice.way.draft else pairs & (left.missing | left.drafted))
            if useful.models:
                found += _unfit(useful) or self._install(useful, left.languages)
        self._better_asked = True
        return found

    def _install(self, choice: Choice, languages: list[str]) -> list[Hindrance]:
        found: list[Hindrance] = []
        before = 0
        for model in choice.models:
            if not registry.is_installed(model.name):
                logger.info("installer.begins model=%s bytes=%d", model.name, model.size)
                self._notes.begin(model.name, languages, (before, model.size, choice.size))
                failure = _tried(lambda model=model: self._one(model))  # type: ignore[misc]
                self._notes.end(failure)
                if not failure:
                    logger.info("installer.installed model=%s", model.name)
                else:
                    logger.warning("%s was not installed: %s", model.name, failure)
                    found.append(Hindrance(model=model.name, why="failed", said=failure))
            before += model.size
        return found

    def _one(self, model: Model) -> None:
        installation.install(model.name, self._notes.line, self._notes.meter)

    def _say(self, missing: Needs, hindrances: list[Hindrance], again_in: float | None) -> None:
        state = "complete" if not missing.missing else "failed" if self._allowed else "forbidden"
        logger.info("installer.%s missing=%s", state, " ".join(sorted(missing.missing)) or "nothing")
        again_at = None if again_in is None else time.time() + again_in
        self._notes.idle(state, missing.languages, hindrances if missing.missing else [], again_at)

    def _wait(self, seconds: float | None, stamp: tuple[object, ...] | None) -> None:
        """Until that time has passed, or something has been installed, removed, switched on or off."""
        deadline = None if seconds is None else time.monotonic() + seconds
        choices = operator_choices.current().choices
        while deadline is None or time.monotonic() < deadline:
            if self._stopped.wait(LOOK_SECONDS):
                return
            self._refresh()
            if stamp not in (None, registry.stamp()) or operator_choices.current().choices != choices:
                return


def _tried(work: Callable[[], None]) -> str:
    """Why it could not be done; empty when it was."""
    try:
        work()
    except NotDeliveredError as error:
        return "; ".join(error.reasons)
    except (ModelError, OSError) as error:
        return str(error)
    return ""


def _unfit(choice: Choice) -> list[Hindrance]:
    """What of this machine forbids a way."""
    engines = {engine.format: engine for engine in descriptions()}
    memory = recommended.memory()
    found = []
    for model in choice.models:
        if not engines[model.format].available():
            said = f"what runs models of the format {model.format} is not installed on this machine"
            found.append(Hindrance(model=model.name, why="engine", said=said))
        elif memory < choice.way.machine:
            said = f"needs a machine with {choice.way.machine / GB:g} GB of memory; this one has {memory / GB:.1f} GB"
            numbers = {"needed": choice.way.machine, "present": memory}
            found.append(Hindrance(model=model.name, why="memory", said=said, **numbers))
    return found
