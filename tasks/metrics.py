"""What a worker counts and measures, for Prometheus."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Histogram

_SECONDS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)

QUEUE_WAIT: Final = Histogram(
    "jbc_worker_queue_wait_seconds", "From sending a message to starting its actor", ["queue"], buckets=_SECONDS
)
ACTOR_SECONDS: Final = Histogram("jbc_worker_actor_seconds", "Running time of an actor", ["actor"], buckets=_SECONDS)
PROCESSOR: Final = Counter(
    "jbc_worker_actor_processor_seconds", "Seconds of the processor that the messages of an actor used", ["actor"]
)
DECODE: Final = Histogram(
    "jbc_worker_decode_seconds",
    "Running time of speech recognition in calls",
    ["effort", "language"],
    buckets=_SECONDS,
)
FIRST_SOUND: Final = Histogram(
    "jbc_worker_first_sound_seconds", "From starting to speak to the first sound", ["engine"], buckets=_SECONDS
)
HEARTBEATS: Final = Counter("jbc_worker_heartbeats", "Heartbeats that Redis accepted")
FAILURES: Final = Counter("jbc_worker_failures", "Messages whose actor failed", ["actor"])
CAPTIONS: Final = Counter("jbc_worker_captions", "Final captions published", ["language", "kind"])
CLIPS: Final = Counter("jbc_worker_clips", "Clips spoken completely", ["language", "engine"])
VOICE_REFUSALS: Final = Counter("jbc_worker_voice_refusals", "Clauses that a voice refused", ["engine"])
NO_CLIPS: Final = Counter("jbc_worker_no_clips", "Clips given up")
REFUSED: Final = Counter("jbc_worker_refused_transcripts", "Final transcripts refused, by reason", ["reason"])
LOOPS: Final = Counter("jbc_worker_loops_caught", "Repetition loops caught in transcripts")
CACHE_LOOKUPS: Final = Counter("jbc_cache_lookups", "Cache lookups, by outcome", ["kind", "outcome"])
CACHE_EVICTED: Final = Counter("jbc_cache_evicted", "Entries dropped to keep the cache within its size", ["kind"])
CACHE_FAILURES: Final = Counter("jbc_cache_failures", "Cache reads and writes that Redis did not answer", ["kind"])
ADOPTED: Final = Counter("jbc_worker_adopted_streams", "Segments taken over from a worker that died hearing them")
GAVE_WAY: Final = Histogram(
    "jbc_worker_gave_way_seconds", "Seconds that an API request waited for calls", buckets=_SECONDS
)

# There from the start, so that the first failure is a change.
for _actor in ("transcribe", "listen", "translate", "speak"):
    FAILURES.labels(_actor)
    PROCESSOR.labels(_actor)
