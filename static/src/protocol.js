/**
 * The shapes of docs/protocol.md as this page uses them.
 *
 * @typedef {object} Meta what the web server says of a participant; the SFU passes it on unread
 * @property {string} name
 * @property {string} speak language spoken, as a BCP 47 primary subtag
 * @property {readonly string[]} [among] languages spoken at their microphone, where several people share it
 * @property {string} read language of the captions
 * @property {string} hear language heard, or "original"
 * @property {boolean} [hear_drafts] whether drafts are spoken to them too
 * @property {boolean} [whole_sentences] whether translations come to them by whole sentences
 *
 * @typedef {"audio" | "video" | "screen" | "captions" | "read" | "moderate" | `interpret:${string}`} Right
 * @typedef {{ id: string, meta: Meta, rights?: readonly Right[] }} Participant
 *
 * @typedef {"voice" | "camera" | "screen"} Source
 * @typedef {"good" | "fair" | "poor"} Quality
 *
 * @typedef {object} Producer
 * @property {string} producerId
 * @property {string} participant whose voice it is; for a dubbed track the speaker it dubs
 * @property {"audio" | "video"} kind
 * @property {Source} source
 * @property {"original" | "dubbed"} track
 * @property {string | null} label version of a dubbed track (`dubLabel`)
 * @property {boolean} paused
 * @property {Quality} quality how well it reaches the SFU
 * @property {boolean} [untranslated] whether it is for people's ears alone now
 *
 * @typedef {object} NoticePayload
 * @property {string} [level] what there still is: "original", "source_captions", "translated_captions" or "voice"
 * @property {string | null} reason why there is not more; `null` when nothing is wrong
 * @property {string} [source]
 * @property {string} [target]
 * @property {string} [speaker]
 * @property {string} [install] models that would help, for `jbcalling models install`
 *
 * @typedef {{ key: string, payload: NoticePayload | null }} Notice
 *
 * @typedef {{ reason: "silent" | "alone" | null, seconds?: number }} Idle why the call is about to end; null: it is not
 *
 * @typedef {{ call: string, since: number, people: readonly string[], trouble: boolean }} Keeping what is kept of the call
 *
 * @typedef {{ speaker: string | null, heard: string | null }} Turn whose it is; or who has finished, while that is still
 *   being heard
 *
 * @typedef {object} Hello
 * @property {string} participant
 * @property {string} room
 * @property {import("mediasoup-client").types.RtpCapabilities} routerRtpCapabilities
 * @property {readonly Right[]} rights one's own
 * @property {Participant[]} participants the others
 * @property {Producer[]} producers
 * @property {Producer[]} own what the SFU has of oneself
 * @property {string} resume to be said in the next hello of this page
 * @property {boolean} resumed whether media has gone on since the connection before
 * @property {Notice[]} notices
 * @property {string[]} [hands] whose hands are up, in the order raised; an SFU from before 0.2 knows of none
 * @property {Turn | null} [turn] null: everybody speaks when they like; an SFU from before 0.2 knows of none
 * @property {{ pair: string, participant: string }[]} [interpreting] who interprets which pair of languages, as "pt>en"
 * @property {"up" | "down"} bridge
 * @property {Keeping | null} [keeping] null: nothing
 * @property {Idle | null} idle what is said of the call's end
 *
 * @typedef {{ code: string, message: string, retry: boolean }} Closing
 */

/** Close codes of the SFU that decide what happens next. */
export const CLOSE = Object.freeze({ ownDoing: 1000, abandoned: 4000, unauthorized: 4401, replaced: 4409, roomClosed: 4410, idle: 4411 });
