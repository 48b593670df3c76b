/**
 * What the web server tells the page about this call.
 *
 * @typedef {object} CallConfig
 * @property {string} room
 * @property {string} participant one's own id
 * @property {string} name
 * @property {string} speak
 * @property {string} read
 * @property {string} hear a language, or "original"
 * @property {string} tokenUrl
 * @property {boolean} reader takes part without a microphone
 * @property {boolean} demo listens to a shipped recording
 * @property {Readonly<Record<string, string>>} texts what the page says, in the page's language
 */

/** Said where the server gives no text of its own; placeholders in braces are filled by `fill`. */
export const TEXTS = Object.freeze({
  connecting: "Connecting…",
  connected: "Connected",
  reconnecting: "Connection lost. Connecting again…",
  replaced: "This call was opened in another window. Close this one, or reload it to continue here.",
  roomFull: "The room is full. You will be let in when somebody leaves.",
  notAllowed: "The call did not let you in. Go back to the room's page and join again.",
  browserTooOld: "This browser cannot hold calls. Use a current Chrome, Edge, Firefox or Safari.",
  micDenied: "Your microphone is blocked, so you are only listening. Allow it in the browser and press the microphone button.",
  micNone: "No microphone was found, so you are only listening. Connect one and press the microphone button.",
  micInsecure: "Browsers open the microphone only on https:// pages, so you are only listening.",
  soundBlocked: "The browser holds the sound back. Press here to hear the call.",
  muted: "Microphone off",
  unmuted: "Microphone on",
  speaking: "speaking",
  you: "you",
  newest: "Newest captions",
  workers_silent: "The translation workers are not answering. You hear the original voices.",
  queue_old: "The translation workers cannot keep up. You hear the original voices.",
  no_stt: "No installed model understands {source}. You hear the original voice.",
  no_translation:
    "No installed model translates {source} into {target}. You hear the original voice. To add one: jbcalling models install {install}",
  draft_only:
    "Translations from {source} into {target} are drafts with mistakes in them. You read them and hear the original voice.",
  no_voice: "No installed voice speaks {target}. You hear the original voice and read the translation.",
  interpreter_gone: "The interpreter is away. You hear the original voices.",
  broker_gone: "The translation workers cannot be reached. You hear the original voices.",
});

const REQUIRED = /** @type {const} */ (["room", "participant", "name", "speak", "read", "hear", "tokenUrl"]);

/**
 * The configuration in the page's JSON.
 * @param {string} json
 * @returns {CallConfig}
 * @throws {Error} it is not the JSON that templates/call.html must write
 */
export function parseConfig(json) {
  const raw = JSON.parse(json);
  for (const key of REQUIRED) {
    if (typeof raw[key] !== "string" || raw[key] === "") {
      throw new Error(`#call-config has no "${key}": the template of the call page must write it.`);
    }
  }
  return {
    ...raw,
    reader: raw.reader === true,
    demo: raw.demo === true,
    texts: Object.freeze({ ...TEXTS, ...raw.texts }),
  };
}

/**
 * `text` with its `{placeholders}` filled; unknown ones vanish.
 * @param {string} text
 * @param {Readonly<Record<string, string | undefined>>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}
