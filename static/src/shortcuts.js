/** What single keys do on the call page (templates/partials/reading.html lists them), and that assistive technology hears of them. */

/** @typedef {{ press: string } | { go: string } | { toggle: string } | { resize: number }} Action a button to press, a field, a panel, or a step in size */

/** @type {Readonly<Record<string, Action>>} */
const ACTIONS = Object.freeze({
  m: { press: "#mic:not([hidden]), #talk:not([hidden])" },
  v: { press: "#camera" },
  s: { press: "#screen" },
  h: { press: "#hand" },
  e: { press: "#turn-end:not([hidden])" },
  i: { press: "#booth-acts button" },
  t: { go: "#typing:not([hidden]) #typed-line" },
  n: { press: "button.newest" },
  c: { toggle: "reading" },
  l: { toggle: "lateness" },
  "?": { toggle: "help" },
  "+": { resize: 1 },
  "-": { resize: -1 },
});

/** What takes typed keys for itself. */
const TYPING = "input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]";

/**
 * What a key asks for; nothing while somebody types, holds a key down or uses a shortcut of the browser.
 * @param {{ key: string, ctrlKey?: boolean, altKey?: boolean, metaKey?: boolean, repeat?: boolean }} event
 * @param {{ matches: (selector: string) => boolean } | null} focused
 * @returns {Action | null}
 */
export function actionOf({ key, ctrlKey, altKey, metaKey, repeat }, focused) {
  if (ctrlKey || altKey || metaKey || repeat || focused?.matches(TYPING)) return null;
  return ACTIONS[key.toLowerCase()] ?? null;
}

/**
 * Tells assistive technology which key leads to what, where keys do something.
 * @param {boolean} keys
 */
export function announceKeys(keys) {
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-key]"))) {
    if (keys) one.setAttribute("aria-keyshortcuts", one.dataset.key ?? "");
    else one.removeAttribute("aria-keyshortcuts");
  }
}
