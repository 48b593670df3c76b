"""The account that workers have at our Redis server: what a worker does, and the keys that it does it with.

Whatever is not listed is refused, so that a key which only `web` or the bridge use is out of a worker's reach from the
day it is made. A worker that needs more fails at once, in every test with a call.
"""

from __future__ import annotations

from typing import Final

from tasks.wire import keys

COMMANDS: Final = (
    *("auth", "select", "ping", "time", "multi", "exec", "discard", "script|load", "scan", "keys"),
    *("get", "set", "getex", "mget", "getrange", "setrange", "strlen", "incrby", "decrby"),
    *("exists", "del", "unlink", "expire", "pexpire"),
    *("llen", "lindex", "lrange", "lpush", "rpush", "lpop", "ltrim", "blpop"),
    *("hget", "hmget", "hvals", "hlen", "hexists", "hset", "hdel", "hincrby"),
    *("smembers", "scard", "sadd", "srem", "zrange", "zrangebyscore", "zadd", "zrem"),
    "publish",
    *("command", "cluster|slots", "asking"),  # where a key lies, in a cluster
)
SCRIPTS: Final = ("eval", "evalsha")
"""What a script calls is checked by itself."""
PATTERNS: Final = (
    f"{keys.DRAMATIQ}*",
    *(f"jbc:{name}:*" for name in ("pcm", "identified", "sound", "listened", "owned", "clip", "once", "spoken")),
    *(f"jbc:{name}:*" for name in ("growth", "attempts", "cache", "request", "upload", "voice", "terms")),
    *(keys.OWNERS, keys.INSTALLING, keys.MODEL_WORKS, keys.HEARTBEATS, keys.CAPTIONS_LIFE),
)
CHANNELS: Final = ("jbc:captions:*", "jbc:clips:*")
"""Where it publishes."""
NARROW: Final = {keys.CAPTIONS: ("xadd", "exists"), keys.CONFIGURATION: ("get",)}
"""Keys of which it may do one thing alone: add captions, read choices. A server before 7 cannot tell that apart."""
NARROWS_SINCE: Final = (7, 0)


def worker(name: str, password: str, version: tuple[int, ...]) -> list[str]:
    """The words of the `user` line of a worker, for a server of this version."""
    allowed = [f"&{channel}" for channel in CHANNELS]
    if version >= NARROWS_SINCE:
        allowed += [f"~{pattern}" for pattern in PATTERNS] + [f"+{command}" for command in COMMANDS]
        allowed += [_selector(SCRIPTS, "*"), *(_selector(commands, key) for key, commands in NARROW.items())]
    else:
        everything = {*COMMANDS, *SCRIPTS, *(command for commands in NARROW.values() for command in commands)}
        allowed += [f"~{pattern}" for pattern in (*PATTERNS, *NARROW)]
        allowed += [f"+{command}" for command in sorted(everything)]
    return ["user", name, "reset", "resetchannels", "on", f">{password}", *allowed]


def _selector(commands: tuple[str, ...], key: str) -> str:
    return f"({' '.join(f'+{command}' for command in commands)} ~{key})"
