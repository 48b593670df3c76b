/** The page with a room's invitation (templates/invitation.html): its time zone, and sending the text by an app of the device. */

/** Chooses this device's own time zone, where nobody has chosen one for the room yet. */
function chooseZone() {
  const select = document.querySelector("#zone[data-unset]");
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!(select instanceof HTMLSelectElement)) return;
  if ([...select.options].some(({ value }) => value === own)) select.value = own;
}

/** @param {HTMLElement} button */
async function send(button) {
  const text = document.getElementById(button.dataset.share ?? "");
  if (!(text instanceof HTMLTextAreaElement)) return;
  try {
    await navigator.share({ title: button.dataset.title ?? "", text: text.value });
  } catch (error) {
    console.debug("not sent:", error); // whoever was asked with what to send it has changed their mind
  }
}

chooseZone();
// Telephones have it over HTTPS, and some laptops.
if ("share" in navigator) {
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-share]"))) {
    button.hidden = false;
    button.addEventListener("click", () => void send(button));
  }
}
