"""Every Redis key, channel and stream of ours, with what lies there and for how long.

In a cluster each key is somewhere else. Those that one script touches lie together, because what is in braces decides
where: where it is the whole name of another key, beside that one (docs/decisions/0008-a-redis-cluster.md).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

LIVE_QUEUES: Final = ("speak", "translate", "stt")
"""The Dramatiq queues of calls, the most urgent first."""

BATCH: Final = "batch"
"""The queue of API requests, which give way to calls (`tasks.requests`)."""

BATCH_PRIORITY: Final = 100
"""Of its actors: a thread takes whatever else there is before (lower is more urgent)."""

MODELS: Final = "models"
"""The queue of work on models (`tasks.actors.model_jobs`), which takes minutes."""

QUEUES: Final = (*LIVE_QUEUES, BATCH, MODELS)
"""Every queue that workers share."""

DRAMATIQ: Final = "dramatiq"
"""What the names of Dramatiq's keys begin with, where Redis holds the queues."""

_OWN: Final = "stt."

MODEL_WORK_TTL: Final = 86_400
"""Seconds that one can see how work on a model went."""

CAPTIONS: Final = "jbc:captions"
"""Stream of final captions (field "c": JSON `messages.Caption`, "l": its life), in the order all readers see them."""

CAPTIONS_LIFE: Final = "jbc:captions:life"
"""Name of the stream's life: ids are compared within one. A stream that is made anew gets a new one."""

CAPTIONS_KEPT: Final = 20_000
"""About how many entries the stream keeps; `web` takes out what the database has (`app.transcripts.retention`)."""

PCM_TTL: Final = 600
"""Seconds that a segment's audio waits for a worker. It bounds how long workers may be down without loss."""

PCM_DONE_TTL: Final = 30
"""Seconds that it stays once it has been transcribed, for a worker that was killed before it could say so."""

CLIP_TTL: Final = 60
"""Seconds that a clip waits for playout; a clip older than this would be dropped as too late anyway."""

ONCE_TTL: Final = 3_600
"""Seconds during which a final caption of the same segment and language is refused as a repetition."""

REPLY_TTL: Final = 60
"""Seconds that a reply to an API request, and audio that goes with one, can be fetched."""

LATENTS_TTL: Final = 86_400
"""Seconds that what an engine learned of a cloned voice is kept without use."""

HEARTBEAT_EVERY: Final = 0.25
"""Seconds between a worker's heartbeats."""

HEARTBEAT_TTL: Final = 5
"""Seconds until a silent worker's last heartbeat is forgotten altogether."""


READY: Final = "jbc:ready"
"""What `web` writes for a second, to see that Redis takes anything new."""

CONFIGURATION: Final = "jbc:configuration"
"""JSON `configuration.Configuration`; its truth is in the database of `web`, which writes it again where it is lost."""


OURS: Final = "jbc:*"
"""Pattern of every key of ours."""

_WORDS: Final = re.compile(r"jbc:(?:pcm|identified|clip|sound|listened|growth):([^:]+)(?::.*)?")


def own_queue(worker: str) -> str:
    """The queue of what one worker alone can go on with: speech that it hears as a stream."""
    return f"{_OWN}{worker}"


def is_own(queue: str) -> bool:
    """Whether it is the queue of one worker."""
    return queue.startswith(_OWN)


def is_live(queue: str) -> bool:
    """Whether it is a queue of calls."""
    return queue in LIVE_QUEUES or is_own(queue)


class CaptionKey(NamedTuple):
    """What there is one final caption of."""

    segment: str
    language: str


def terms_fired(use: str) -> str:
    """Hash: id of a glossary term → how often it was used so (`configuration.Use`)."""
    return f"jbc:terms:{use}"


def pcm(segment: str, revision: int) -> str:
    """Mono s16le PCM at `messages.STT_RATE` of one ask for a segment."""
    return f"jbc:pcm:{segment}:{revision}"


def identified(segment: str) -> str:
    """JSON list of the parts that a segment at a shared microphone has by language (`messages.Part`), for `PCM_TTL`."""
    return f"jbc:identified:{segment}"


def sound(segment: str) -> str:
    """Mono s16le PCM at `messages.STT_RATE` of a segment that is heard as a stream, as far as it has come."""
    return f"jbc:sound:{segment}"


def listened(segment: str) -> str:
    """Hash: who hears a segment as a stream, what is asked of it, and what has been heard (`tasks.wire.streams`)."""
    return f"jbc:listened:{segment}"


def owned(worker: str) -> str:
    """Set of the segments that a worker hears as streams."""
    return f"jbc:owned:{worker}"


OWNERS: Final = "jbc:owners"
"""Set of the workers that have any."""


def clip(segment: str, language: str, piece: int, part: int) -> str:
    """Mono s16le PCM of one part of a sentence's clip."""
    return f"jbc:clip:{segment}:{language}:{piece}:{part}"


def segment_of(key: str) -> str | None:
    """The segment whose sound, growing text or clip lies at `key`; None for any other key."""
    match = _WORDS.fullmatch(key)
    return match and match[1]


def final_published(caption: CaptionKey) -> str:
    """Id of the actor message that published this final caption, once one has, for `ONCE_TTL`; beside the stream."""
    return f"jbc:once:{{{CAPTIONS}}}:{caption.segment}:{caption.language}"


def spoken(segment: str, language: str, piece: int) -> str:
    """Id of the one message that speaks this piece of a sentence in this language, for `ONCE_TTL`."""
    return f"jbc:spoken:{segment}:{language}:{piece}"


def growth(segment: str, language: str) -> str:
    """JSON of what has been shown and spoken of a sentence's translation that still grows, for `PCM_TTL`."""
    return f"jbc:growth:{segment}:{language}"


def attempts(message: str) -> str:
    """How often workers began an actor message, so that one that kills them is given up (`ONCE_TTL`)."""
    return f"jbc:attempts:{message}"


def cached(kind: str, digest: str) -> str:
    """One entry of a cache (`tasks.cache`). All of a cache lies together."""
    return f"jbc:cache:{{{kind}}}:entry:{digest}"


CACHES: Final = "jbc:cache:*"
"""Pattern of everything that belongs to a cache."""


def cache_index(kind: str) -> str:
    """Sorted set of the entries' digests, by when they were last used."""
    return f"jbc:cache:{{{kind}}}:used"


def cache_sizes(kind: str) -> str:
    """Hash: digest → `<bytes> <tag>` of its entry."""
    return f"jbc:cache:{{{kind}}}:sizes"


def cache_total(kind: str) -> str:
    """Bytes of all entries."""
    return f"jbc:cache:{{{kind}}}:bytes"


def cache_tag(kind: str, tag: str) -> str:
    """Set of the digests that were stored with this tag."""
    return f"jbc:cache:{{{kind}}}:tag:{tag}"


def replies(request: str) -> str:
    """List of JSON `requests.messages.Reply`, for `REPLY_TTL`."""
    return f"jbc:request:{request}:replies"


def awaited(request: str) -> str:
    """There for as long as somebody waits for the replies."""
    return f"jbc:request:{request}:awaited"


def request_audio(request: str, part: int) -> str:
    """Mono s16le PCM of one part of a request, to the worker or back."""
    return f"jbc:request:{request}:audio:{part}"


def model_work(name: str) -> str:
    """JSON `requests.administration.Progress` of the last work on a model, for `MODEL_WORK_TTL`."""
    return f"jbc:models:work:{name}"


MODEL_WORKS: Final = "jbc:models:work:*"
"""Pattern of all of them."""


INSTALLING: Final = "jbc:installing"
"""Hash: machine → JSON `installing.Installing` of its installer, written anew every second."""

INSTALLING_TTL: Final = 20
"""Seconds after which an installer that says no more counts as gone."""


def upload(name: str) -> str:
    """List of pieces of a package on its way to a worker; a few at a time."""
    return f"jbc:upload:{name}"


def tried(name: str) -> str:
    """WAV file of one stage of a trial, for a few minutes."""
    return f"jbc:tried:{name}"


def voice_reference(voice: str) -> str:
    """Mono s16le PCM of a cloned voice's reference recording, while it is in use."""
    return f"jbc:voice:{voice}:reference"


def voice_latents(voice: str, engine: str) -> str:
    """What `engine` learned of a cloned voice, opaque."""
    return f"jbc:voice:{voice}:latents:{engine}"


def voice_everything(voice: str) -> str:
    """Pattern of every key of a cloned voice."""
    return f"jbc:voice:{voice}:*"


def captions_channel(room: str) -> str:
    """Pub/sub: `<stream id or "-" for interims><space><JSON Caption>` for one room, live."""
    return f"jbc:captions:{room}"


def clips_channel(bridge: str) -> str:
    """Pub/sub: JSON `messages.ClipEvent` for the speakers that one bridge taps."""
    return f"jbc:clips:{bridge}"


def lease(room: str) -> str:
    """`<bridge> <fence>` of the bridge that serves a room, for as long as it renews it (`app.media.bridge.leases`)."""
    return f"jbc:lease:{room}"


KEPT: Final = "jbc:kept"
"""Stream of what is kept of calls (field "c": `kept.KeptChunk`), from the bridges to `web`, which takes it out."""

KEPT_MOST: Final = 1_000
"""Entries that it holds: while `web` is away bridges hold back the rest, and at last lose the oldest."""

KEPT_ALIVE_TTL: Final = 12
"""Seconds until it is said that nobody keeps a call that is to be kept."""


def kept_alive(call: str) -> str:
    """There while a bridge keeps this call, whether anybody speaks or not."""
    return f"jbc:kept:alive:{call}"


FENCE_TTL: Final = 86_400
"""Seconds after which the fence of a room that nobody serves is forgotten; the clock alone makes it rise then."""


def fence(room: str) -> str:
    """The highest fence of the leases of a room so far; beside its lease."""
    return f"jbc:fence:{{{lease(room)}}}"


def sfu(url: str) -> str:
    """There while a `web` has an answer of this SFU that is not old (`app.rooms.placing`)."""
    return f"jbc:sfu:{url}"


def placed(room: str) -> str:
    """The address of the SFU that a room is on, where there are several."""
    return f"jbc:placed:{room}"


def duty(name: str) -> str:
    """Which process of `web` does what one is enough for (`app.duty`)."""
    return f"jbc:duty:{name}"


def knocks(room: int) -> str:
    """Who waits to be let into a room, by its id in the database: participant's id → when their page said so last."""
    return f"jbc:knocks:{room}"


def spent(name: str) -> str:
    """Hash: part of the last while → how much there was of what is limited, in it (`app.limits.shared`)."""
    return f"jbc:spent:{name}"


AT_ONCE: Final = "jbc:at-once"
"""Hash: process of `web` → when it said so (ms), and JSON of how much goes on in it at the same time, by name."""

ADMISSION: Final = "jbc:admission"
"""JSON `messages.NextRoom`, for `ADMISSION_TTL`."""

ADMISSION_TTL: Final = 5
"""Seconds until what a bridge last said is forgotten."""


def heartbeat(worker: str) -> str:
    """JSON `messages.Heartbeat`, expiring after `HEARTBEAT_TTL`."""
    return f"jbc:worker:{worker}"


HEARTBEATS: Final = "jbc:worker:*"
"""Pattern of all heartbeat keys."""
