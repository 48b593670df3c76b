/**
 * What is heard here, as far as it makes a version of somebody's voice.
 *
 * @typedef {object} Heard
 * @property {string} hear a language, or "original"
 * @property {boolean} hearDrafts whether drafts are spoken here too
 * @property {boolean} wholeSentences whether translations come by whole sentences rather than as soon as possible
 * @property {readonly string[]} [between] languages of those who talk with one another by this one device
 *
 * What the web server tells the page about this call.
 *
 * @typedef {object} CallConfig
 * @property {string} room
 * @property {string} participant one's own id
 * @property {string} name
 * @property {string} speak
 * @property {readonly string[]} among languages of those who share the microphone here; empty: `speak` alone
 * @property {string} read
 * @property {string} hear a language, or "original"
 * @property {boolean} hearDrafts
 * @property {boolean} wholeSentences
 * @property {string} tokenUrl
 * @property {boolean} reader takes part without a microphone
 * @property {boolean} demo listens to a shipped recording
 * @property {number} cameraHeight pixels of the largest picture that a camera sends
 * @property {Readonly<Record<string, string>>} texts what the page says, in the page's language
 */

const CAMERA_HEIGHT = 540;

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
    among: raw.among ?? [],
    hearDrafts: raw.hearDrafts === true,
    wholeSentences: raw.wholeSentences === true,
    reader: raw.reader === true,
    demo: raw.demo === true,
    cameraHeight: raw.cameraHeight ?? CAMERA_HEIGHT,
    texts: Object.freeze({ ...raw.texts }),
  };
}

/**
 * What the bridge calls the version of somebody's voice that is heard here.
 * @param {Heard} listener
 */
export function dubLabel({ hear, hearDrafts, wholeSentences }) {
  return [hear, hearDrafts && "drafts", wholeSentences && "sentences"].filter(Boolean).join(":");
}

/**
 * `text` with its `{placeholders}` filled; unknown ones vanish.
 * @param {string} text
 * @param {Readonly<Record<string, string | undefined>>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}
