"""The commands of a page of docs/, in the order in which its code blocks have them."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterable
from typing import Final

from app.supervisor.runner import ROOT

_BLOCK: Final = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
_TOLD: Final = "told:"


def blocks(page: str, heading: str = "") -> list[str]:
    """The shell code of a page, or of what stands below one of its headings."""
    text = (ROOT / "docs" / page).read_text()
    if heading:
        text = re.split(r"^##+ ", text.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    return [match[1] for match in _BLOCK.finditer(text)]


def commands(code: str, told: Iterable[str], before: str = "") -> list[list[str]]:
    """The words of each call of the programs `told`, in the order in which a shell comes to them.

    These are not run: whoever asks does that. Everything else of the code is: loops, assignments, other programs, and
    what is to be run `before`.

    Raises:
        RuntimeError: the shell ends with an error; the message has what it said.
    """
    functions = "".join(f"{name}() {{ printf '{_TOLD}%s\\n' \"$(printf '%q ' {name} \"$@\")\"; }}\n" for name in told)
    words = ["bash", "-euc", f"{functions}{before}\n{code}"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{code}\nended with {done.returncode}: {done.stderr}")
    lines = done.stdout.splitlines()
    return [shlex.split(line.removeprefix(_TOLD)) for line in lines if line.startswith(_TOLD)]
