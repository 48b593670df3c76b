"""What the bridge counts and times, for `/metrics`."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from tasks.wire.messages import Timeline

_LAG_BUCKETS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
_WORD_LAG_BUCKETS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0, 10.0)


class Metrics:
    """One bridge's metrics, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        registry = self.registry
        ProcessCollector(registry=registry)
        self.segments = Counter("jbc_segments", "Segments closed", registry=registry)
        self.hypotheses = Counter("jbc_hypotheses", "Requests for interim captions sent", registry=registry)
        self.dropped = Counter(
            "jbc_dropped", "Work given up on, by stage and reason", ["stage", "reason"], registry=registry
        )
        for reason in ("broker_gone", "buffer_full"):  # there from the start, so that the first loss is a change
            self.dropped.labels("segment", reason)
        self.clips = Counter("jbc_clip_parts_played", "Clip parts played", registry=registry)
        self.hurried = Counter(
            "jbc_clip_parts_hurried", "Clip parts played faster, and so late that listeners are told", registry=registry
        )
        self.vad = Counter("jbc_vad_seconds", "Audio checked for voice activity", registry=registry)
        self.vad_busy = Counter("jbc_vad_busy_seconds", "Time spent on voice activity", registry=registry)
        self.lag = Histogram(
            "jbc_lag_seconds",
            "Lag of one sentence by stage; total is from the end of its first piece to its first dubbed sound",
            ["stage"],
            buckets=_LAG_BUCKETS,
            registry=registry,
        )
        self.word_lag = Histogram(
            "jbc_word_lag_seconds",
            "From the last word of a piece of a sentence to the first sound of its dub",
            buckets=_WORD_LAG_BUCKETS,
            registry=registry,
        )
        self.ladder = Gauge(
            "jbc_ladder_level",
            "0 original, 1 source captions, 2 translated captions, 3 voice",
            ["source", "target"],
            registry=registry,
        )
        self._pairs: set[tuple[str, str]] = set()
        self.packets = Counter("jbc_rtp_packets", "RTP packets tapped, by outcome", ["fate"], registry=registry)
        self.loop_delay = Histogram(
            "jbc_loop_delay_seconds",
            "How late the event loop's 20 ms tick came",
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5),
            registry=registry,
        )

    def rungs(self, levels: Mapping[tuple[str, str], int]) -> None:
        """The level of every pair (source, target) that somebody needs now; others are no longer shown."""
        for pair in self._pairs - levels.keys():
            self.ladder.remove(*pair)
        for pair, level in levels.items():
            self.ladder.labels(*pair).set(level)
        self._pairs = set(levels)

    def first_sound(self, timeline: Timeline, now: float) -> None:
        """The first dubbed sound of a sentence was sent at `now` (seconds since the epoch)."""
        stages = (
            ("endpoint", timeline.speech_end, timeline.closed),
            ("stt", timeline.closed, timeline.stt_end),
            ("translate", timeline.stt_end, timeline.translate_end),
            ("speak", timeline.translate_end, timeline.speak_end),
            ("playout", timeline.speak_end, now),
            ("total", timeline.speech_end, now),
        )
        for stage, start, end in stages:
            if start is not None and end is not None:
                self.lag.labels(stage).observe(max(0.0, end - start))
