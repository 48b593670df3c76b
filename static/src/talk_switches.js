/** The switches of a talk's page, which this browser remembers. */

import { byId } from "./page.js";
import { keep, recall } from "./stored.js";

const SWITCHES = /** @type {const} */ (["headphones", "buttons", "turned"]);
/** Up to this width of the screen a device is held flat between two people, px. */
const FLAT = 700;

/** @param {() => void} onChange */
export function tendSwitches(onChange) {
  for (const name of SWITCHES) {
    const box = byId(name);
    if (!(box instanceof HTMLInputElement)) continue;
    const kept = recall(`jbc.talk.${name}`);
    box.checked = kept ? kept === "on" : name === "turned" && window.innerWidth <= FLAT;
    const set = () => document.body.toggleAttribute(`data-${name}`, box.checked);
    set();
    box.addEventListener("change", () => {
      keep(`jbc.talk.${name}`, box.checked ? "on" : "off");
      set();
      onChange();
    });
  }
}

/** @param {typeof SWITCHES[number]} name */
export function isOn(name) {
  return document.body.hasAttribute(`data-${name}`);
}
