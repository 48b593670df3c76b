"""The degradation ladder, as a table."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from app.media.bridge.worker_watch import Pulse
from app.media.policy.config import LadderConfig
from app.media.policy.ladder import Conditions, Ladder, Level, Rung, decide
from app.media.policy.notices import packages
from tasks.languages import LANGUAGES
from tasks.wire.messages import Heartbeat

NOW = 100.0
CONFIG = LadderConfig()
VOICE = Rung(Level.VOICE, None)


def beat(
    *,
    worker: str = "w1",
    at: float = NOW,
    queues: tuple[str, ...] = ("stt", "translate", "speak"),
    stt: tuple[str, ...] = ("en",),
    translate: tuple[str, ...] = ("en>pt",),
    speak: tuple[str, ...] = ("pt",),
    drafts: tuple[str, ...] = (),
    off: tuple[str, ...] = (),
    loading: tuple[str, ...] = (),
) -> Heartbeat:
    return Heartbeat(
        worker=worker,
        at=at,
        queues=list(queues),
        stt=list(stt),
        translate=list(translate),
        drafts=list(drafts),
        speak=list(speak),
        off=list(off),
        loading=list(loading),
    )


def conditions(*beats: Heartbeat, ok: bool = True, **ages: float | None) -> Conditions:
    return Conditions(ok, list(beats), ages)


@pytest.mark.parametrize(
    ("given", "rung"),
    [
        (conditions(beat()), VOICE),
        (conditions(beat(), stt=0.5, translate=None, speak=2.9), VOICE),
        (conditions(beat(), ok=False), Rung(Level.ORIGINAL, "broker_gone")),
        (conditions(), Rung(Level.ORIGINAL, "workers_silent")),
        (conditions(beat(at=NOW - 1.1)), Rung(Level.ORIGINAL, "workers_silent")),
        (conditions(beat(at=NOW - 0.9)), VOICE),
        (conditions(beat(stt=("vi",))), Rung(Level.ORIGINAL, "no_stt")),
        (conditions(beat(queues=("translate", "speak"))), Rung(Level.ORIGINAL, "no_stt")),
        (conditions(beat(), stt=3.5), Rung(Level.ORIGINAL, "queue_old")),
        (conditions(beat(translate=("pt>en",))), Rung(Level.SOURCE_CAPTIONS, "no_translator")),
        (conditions(beat(), translate=3.5), Rung(Level.SOURCE_CAPTIONS, "queue_old")),
        (conditions(beat(speak=("en",))), Rung(Level.TRANSLATED_CAPTIONS, "no_voice")),
        (conditions(beat(drafts=("en>pt",))), Rung(Level.TRANSLATED_CAPTIONS, "draft_only")),
        (conditions(beat(drafts=("en>vi",))), VOICE),
        (conditions(beat(drafts=("en>pt",)), beat(worker="w2")), VOICE),
        (
            conditions(beat(drafts=("en>pt",)), beat(worker="w2", queues=("batch",))),  # translates no call
            Rung(Level.TRANSLATED_CAPTIONS, "draft_only"),
        ),
        (conditions(beat(), speak=3.5), Rung(Level.TRANSLATED_CAPTIONS, "queue_old")),
        (
            conditions(beat(queues=("stt",), translate=(), speak=(), loading=("translate", "speak"))),
            Rung(Level.SOURCE_CAPTIONS, "workers_loading"),
        ),
        (
            conditions(beat(queues=("stt", "translate"), loading=("speak",))),
            Rung(Level.TRANSLATED_CAPTIONS, "workers_loading"),
        ),
        (conditions(beat(queues=("stt",), loading=("translate", "speak")), beat(worker="w2")), VOICE),
        (
            conditions(
                beat(worker="a", queues=("stt",)),
                beat(worker="b", queues=("translate",)),
                beat(worker="c", queues=("speak",)),
            ),
            VOICE,
        ),
        (
            conditions(beat(worker="a", queues=("stt", "translate")), beat(worker="b", at=NOW - 2)),
            Rung(Level.TRANSLATED_CAPTIONS, "no_voice"),
        ),
    ],
)
def test_rungs(given: Conditions, rung: Rung) -> None:
    assert decide(given, NOW, "en", "pt", CONFIG) == rung


@pytest.mark.parametrize(("source", "target"), list(permutations(LANGUAGES, 2)))
@pytest.mark.parametrize("kind", ["stt", "translate", "speak"])
def test_what_an_administrator_switched_off_is_called_so_and_never_missing(kind: str, source: str, target: str) -> None:
    service = {"stt": source, "translate": f"{source}>{target}", "speak": target}[kind]
    able: dict[str, Any] = {"stt": (source,), "translate": (f"{source}>{target}",), "speak": (target,)}
    without = able | {kind: ()}
    rung = {
        "stt": Rung(Level.ORIGINAL, "stt_off"),
        "translate": Rung(Level.SOURCE_CAPTIONS, "translation_off"),
        "speak": Rung(Level.TRANSLATED_CAPTIONS, "voice_off"),
    }[kind]
    other = f"{kind}:{'xx>yy' if kind == 'translate' else 'xx'}"

    def decided(*beats: Heartbeat) -> Rung:
        return decide(conditions(*beats), NOW, source, target, CONFIG)

    off = beat(**without, off=(f"{kind}:{service}",))
    assert decided(off) == rung
    assert decided(off, beat(worker="w2", **without)) == rung, "one that has not heard of it yet"
    missing = decided(beat(**without, off=(other,)))
    assert missing.level == rung.level
    assert missing.reason not in {rung.reason, None}, "another service is off"
    if missing.reason == "no_translation":
        assert packages(source, target), "what is missing has a name"


@pytest.mark.parametrize(
    ("given", "rung"),
    [
        (conditions(beat()), VOICE),
        (conditions(beat(drafts=("en>pt",))), Rung(Level.VOICE, "draft_spoken")),
        (conditions(beat(drafts=("en>pt",)), beat(worker="w2")), VOICE),
        (conditions(beat(drafts=("en>pt",), speak=())), Rung(Level.TRANSLATED_CAPTIONS, "no_voice")),
        (conditions(beat(translate=())), Rung(Level.SOURCE_CAPTIONS, "no_translator")),
    ],
)
def test_rungs_of_somebody_who_wants_drafts_spoken(given: Conditions, rung: Rung) -> None:
    assert decide(given, NOW, "en", "pt", CONFIG, drafts=True) == rung


def test_readers_hear_nothing_of_voice_trouble() -> None:
    assert Rung(Level.TRANSLATED_CAPTIONS, "no_voice").capped(Level.TRANSLATED_CAPTIONS).reason is None
    assert Rung(Level.SOURCE_CAPTIONS, "no_translation").capped(Level.TRANSLATED_CAPTIONS).reason
    assert Rung(Level.SOURCE_CAPTIONS, "no_translation").capped(Level.SOURCE_CAPTIONS).reason is None
    assert decide(conditions(beat()), NOW, "en", "en").capped(Level.SOURCE_CAPTIONS).reason is None


def test_down_at_once_up_after_a_while() -> None:
    ladder, silent = Ladder(CONFIG), Rung(Level.ORIGINAL, "workers_silent")
    assert ladder.update(VOICE, 0.0) == VOICE
    assert ladder.update(silent, 0.2) == silent
    assert ladder.update(VOICE, 0.4) == silent
    assert ladder.update(VOICE, 1.2) == silent
    assert ladder.update(VOICE, 1.5) == VOICE


def test_a_relapse_starts_the_wait_again() -> None:
    ladder, silent = Ladder(CONFIG), Rung(Level.ORIGINAL, "workers_silent")
    ladder.update(silent, 0.0)
    ladder.update(VOICE, 0.2)
    ladder.update(silent, 0.8)
    ladder.update(VOICE, 1.0)
    assert ladder.update(VOICE, 1.8) == silent
    assert ladder.update(VOICE, 2.0) == VOICE


def test_the_reason_on_the_same_rung_is_kept_up_to_date() -> None:
    ladder = Ladder(CONFIG)
    ladder.update(Rung(Level.ORIGINAL, "broker_gone"), 0.0)
    assert ladder.update(Rung(Level.ORIGINAL, "workers_silent"), 0.2).reason == "workers_silent"


def test_heartbeats_count_in_the_bridges_own_time() -> None:
    pulse = Pulse()
    ahead = beat(at=5_000.0)  # a worker whose clock is far ahead
    assert pulse.notice([ahead], NOW)[0].at == NOW
    assert pulse.notice([ahead], NOW + 2)[0].at == NOW
    assert pulse.notice([beat(at=5_000.25)], NOW + 2.2)[0].at == NOW + 2.2


def test_a_heartbeat_that_redis_has_given_up_counts_until_the_worker_would_be_silent() -> None:
    pulse = Pulse(keep=1.0)
    pulse.notice([beat(at=NOW)], NOW)
    for later in (0.2, 0.9):
        (kept,) = pulse.notice([], NOW + later)
        assert kept.at == NOW, "it ages"
    assert pulse.notice([], NOW + 1.1) == []
    assert pulse.notice([beat(at=NOW + 1.25)], NOW + 1.3)[0].at == NOW + 1.3


def test_what_is_typed_needs_no_recogniser_and_is_read_whatever_works() -> None:
    deaf = conditions(beat(stt=(), speak=("en", "pt")))
    assert decide(deaf, NOW, "en", "pt", CONFIG).reason == "no_stt"
    assert decide(deaf, NOW, "en", "pt", CONFIG, typed=True) == VOICE
    assert decide(deaf, NOW, "en", "en", CONFIG, typed=True) == VOICE
    assert decide(deaf, NOW, "vi", "pt", CONFIG, typed=True) == Rung(Level.SOURCE_CAPTIONS, "no_translation")
    assert decide(conditions(), NOW, "en", "pt", CONFIG, typed=True) == Rung(Level.SOURCE_CAPTIONS, "workers_silent")
