"""Service times that simulations are tested with."""

from __future__ import annotations

from ops.measure.capacity.service import Service, Stages, around

STAGES = Stages(
    quick=around(0.4, 0.8),
    usual=around(0.5, 1.0),
    thorough=around(0.6, 1.2),
    speak=around(1.0, 2.0),
    first_sound=around(0.4, 0.8),
)
SERVICE = Service(
    endpoint=0.5,
    handover=0.01,
    translate=around(0.05, 0.1),
    again=0.1,
    pauses=0.1,
    languages={"en": STAGES, "pt": STAGES},
    cores=1.0,
)
