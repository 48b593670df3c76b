/** How late a caption is, as its element says. No DOM of its own. */

/**
 * @typedef {object} Lateness
 * @property {string} ms from the end of the last word that is shown while the line grows, else of its sentence
 * @property {boolean} grows
 * @property {string} stages where the time went, in words, separated by " · "
 */

/**
 * How late the newest part of a line is, for whoever reads here: its translation where it has one. Nothing while a
 * translation is still to come of a line that grows: how late the transcript is is not how late its reader is.
 * @param {Element} item a line
 * @returns {Lateness | null}
 */
export function latenessOf(item) {
  const translation = item.querySelector(".translation");
  const translated = translation?.hasAttribute("data-lag-ms") ?? false;
  const grows = (translated ? translation : item)?.hasAttribute("data-grows") ?? false;
  if (translation && !translated && grows) return null;
  const ms = (translated ? translation : item)?.getAttribute("data-lag-ms") ?? "";
  const stages = (translated ? translation : item.querySelector(".lag"))?.getAttribute("title") ?? "";
  return { ms, grows, stages };
}

/**
 * A lag as the badge shows it; "" where there is none.
 * @param {string} ms
 * @param {string} locale of the page
 */
export function lagText(ms, locale) {
  const value = Number.parseFloat(ms);
  if (!Number.isFinite(value) || value < 0) return "";
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return `${new Intl.NumberFormat(locale, digits).format(value / 1000)} s`;
}
