"""Publishing results through Redis: captions in one order for all readers, clips to the bridge that asked."""

from __future__ import annotations

from typing import Final

import redis

from tasks import metrics
from tasks.wire import keys
from tasks.wire.messages import Caption, ClipPart, NoClip, Segment, encode

_FINAL: Final = """
local owner = redis.call('GET', KEYS[1])
if owner then return owner == ARGV[1] and 1 or 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
local id = redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*', 'c', ARGV[4])
redis.call('PUBLISH', ARGV[5], id .. ' ' .. ARGV[4])
return 2
"""
"""One script, so that the order of the stream is the order of the channel and nothing is published twice."""

_INTERIM: Final = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('PUBLISH', ARGV[2], '- ' .. ARGV[1])
return 1
"""


def final_caption(client: redis.Redis, caption: Caption, message_id: str) -> bool:
    """Publish a final caption unless one of its segment and language has been published.

    Args:
        client: where to publish.
        caption: what to publish.
        message_id: the actor message at work, which is the same when it is run again after a crash.

    Returns:
        Whether this message is the one that published it, now or before it was run again, and so the one that
        has to send the work on. False: another message did and will.
    """
    once = keys.once(caption.segment, caption.language)
    outcome = client.eval(
        _FINAL,
        2,
        once,
        keys.CAPTIONS,
        message_id,
        str(keys.ONCE_TTL),
        str(keys.CAPTIONS_KEPT),
        encode(caption),
        keys.captions_channel(caption.room),
    )
    if outcome == 2:
        metrics.CAPTIONS.labels(caption.language, "source" if caption.is_source else "translation").inc()
    return bool(outcome)


def interim_caption(client: redis.Redis, caption: Caption) -> bool:
    """Show an interim caption to whoever looks now; False when the final one has been published already."""
    once = keys.once(caption.segment, caption.language)
    return bool(client.eval(_INTERIM, 1, once, encode(caption), keys.captions_channel(caption.room)))


def clip_part(client: redis.Redis, bridge: str, part: ClipPart, pcm: bytes) -> None:
    """Store one clause's audio and tell the bridge that it is there."""
    with client.pipeline() as pipe:
        pipe.set(part.key, pcm, ex=keys.CLIP_TTL)
        pipe.publish(keys.clips_channel(bridge), encode(part))
        pipe.execute()


def no_clip(client: redis.Redis, segment: Segment, languages: list[str], reason: str) -> None:
    """Tell the bridge that nothing (more) will be heard of this segment in these languages, if there are any."""
    if not languages:
        return
    event = NoClip(
        segment=segment.id,
        room=segment.room,
        speaker=segment.speaker,
        seq=segment.seq,
        languages=languages,
        reason=reason,
    )
    client.publish(keys.clips_channel(segment.bridge), encode(event))
    metrics.NO_CLIPS.inc(len(languages))
