/** Buttons that copy a text: `<button data-copy="id of the element with the text">`. */

const SHOWN_MS = 2_500;

/** @param {HTMLElement} element */
function select(element) {
  if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) return element.select();
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = window.getSelection();
  selection?.removeAllRanges();
  selection?.addRange(range);
}

/** @param {HTMLElement} element */
function textOf(element) {
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.value : (element.textContent ?? "");
}

/** @param {HTMLElement} button */
async function copy(button) {
  const element = document.getElementById(button.dataset.copy ?? "");
  if (!element) return;
  const status = document.getElementById("copied");
  let done = true;
  try {
    await navigator.clipboard.writeText(textOf(element));
  } catch {
    // Plain http, or not allowed: the text is marked, and one key copies it.
    select(element);
    done = false;
  }
  const message = (done ? status?.dataset.copied : status?.dataset.marked) ?? "";
  if (status) status.textContent = message;
  if (!done) return;
  button.dataset.done = "true";
  window.setTimeout(() => {
    delete button.dataset.done;
    if (status?.textContent === message) status.textContent = "";
  }, SHOWN_MS);
}

for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-copy]"))) {
  button.hidden = false;
  button.addEventListener("click", () => void copy(button));
}
