"""How the voices that run on onnxruntime use its threads."""

from __future__ import annotations

import onnxruntime


def options(threads: int) -> onnxruntime.SessionOptions:
    """For a network that has so many threads, and leaves the cores to the other engines while it waits."""
    made = onnxruntime.SessionOptions()
    made.intra_op_num_threads = threads
    made.inter_op_num_threads = 1
    # Threads that spin while they wait would take the cores from the other engines.
    made.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return made
