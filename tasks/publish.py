"""What workers publish through Redis: final captions, which they count, and clips for the bridge that asked."""

from __future__ import annotations

import redis

from tasks import metrics
from tasks.wire import keys
from tasks.wire.captions import Outcome, publish_final
from tasks.wire.messages import Caption, ClipPart, NoClip, Segment, encode


def final_caption(client: redis.Redis, caption: Caption, message_id: str) -> bool:
    """Publish a final caption unless one of its segment and language has been published, and count it.

    Args:
        client: where to publish.
        caption: what to publish.
        message_id: the actor message at work, which is the same when it is run again after a crash.

    Returns:
        Whether this message is the one that published it, now or before it was run again, and so the one that
        has to send the work on. False: another message did and will.
    """
    outcome = publish_final(client, caption, message_id)
    if outcome is Outcome.PUBLISHED:
        metrics.CAPTIONS.labels(caption.language, "source" if caption.is_source else "translation").inc()
    return outcome is not Outcome.REFUSED


def clip_part(client: redis.Redis, bridge: str, part: ClipPart, pcm: bytes) -> None:
    """Store one clause's audio and tell the bridge that it is there."""
    client.set(part.key, pcm, ex=keys.CLIP_TTL)
    client.publish(keys.clips_channel(bridge), encode(part))


def no_clip(
    client: redis.Redis,
    segment: Segment,
    languages: list[str],
    reason: str,
    *,
    piece: int = 0,
    last_piece: bool = True,
    last_sentence: bool = True,
) -> None:
    """Tell the bridge that nothing (more) will be heard of a piece of a sentence in these languages, if there are any.

    Args:
        client: where to say it.
        segment: the sentence.
        languages: which.
        reason: why, for the log.
        piece: which, counted from 0.
        last_piece: whether nothing of the sentence comes after it.
        last_sentence: whether no sentence of the segment comes after this one.
    """
    if not languages:
        return
    event = NoClip(
        segment=segment.id,
        room=segment.room,
        speaker=segment.speaker,
        seq=segment.seq,
        sentence=segment.sentence,
        piece=piece,
        last_piece=last_piece,
        last_sentence=last_sentence,
        languages=languages,
        reason=reason,
    )
    client.publish(keys.clips_channel(segment.bridge), encode(event))
    metrics.NO_CLIPS.inc(len(languages))
