"""Service times that simulations are tested with."""

from __future__ import annotations

from ops.measure.capacity.service import Service, Stages, around

STAGES = Stages(
    hear=around(0.2, 0.4),
    end=around(0.3, 0.6),
    speak=around(0.3, 0.6),
    first_sound=around(0.2, 0.4),
    every=0.6,
    certain=0.5,
    clause_every=1.3,
    piece_every=2.5,
)
SERVICE = Service(
    endpoint=0.5,
    handover=0.01,
    translate=around(0.05, 0.1),
    pauses=0.1,
    languages={"en": STAGES, "pt": STAGES},
    cores=1.0,
)
