/** Has the browser keep the shell of the pages (shell.js), in the page's language: installed, they then open without a network. */

function keepShell() {
  const script = `/service-worker.js?lang=${encodeURIComponent(document.documentElement.lang)}`;
  navigator.serviceWorker.register(script, { updateViaCache: "none" }).catch((error) => {
    console.debug("the pages are not kept for times without a network:", error); // a private window, or no room
  });
}

// After everything that the page itself needs. Pages over plain HTTP have no such thing.
if ("serviceWorker" in navigator) {
  if (document.readyState === "complete") keepShell();
  else window.addEventListener("load", keepShell, { once: true });
}
