/**
 * The service worker: static files as they were built, and one page for times without a network. Whatever else is asked
 * for, forms, feeds, pages with people's data, goes to the server as if it were not there, and is never kept.
 */

/**
 * @typedef {{ version: string, offline: string, files: readonly string[] }} Shell what the server writes above this script
 * @typedef {Event & { waitUntil: (work: Promise<unknown>) => void }} Stage
 * @typedef {Stage & { request: Request, preloadResponse?: Promise<Response | undefined>, respondWith: (answer: Promise<Response>) => void }} Fetch
 */

const worker = /** @type {any} */ (globalThis);
const { version, offline, files } = /** @type {Shell} */ (worker.SHELL);
const PREFIX = "jbc-shell-";
const NAME = PREFIX + version;
/** Addresses with a digest in them: what is at one never changes. */
const HELD = new Set(files);

async function hold() {
  const cache = await caches.open(NAME);
  await cache.addAll(files.map((file) => new Request(file, { credentials: "omit" })));
  await cache.add(new Request(offline, { credentials: "omit", cache: "reload" }));
  // Pages name their files by digest, and are never kept themselves: old pages and a new worker get on with each other.
  await worker.skipWaiting();
}

async function takeOver() {
  const before = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== NAME);
  await Promise.all(before.map((name) => caches.delete(name)));
  await worker.registration.navigationPreload?.enable(); // so that starting this worker delays no page
}

/** @param {string} address */
async function held(address) {
  try {
    return await (await caches.open(NAME)).match(address);
  } catch (error) {
    console.debug("what is held cannot be read:", error); // a full or damaged disk is no reason to lose the server too
    return undefined;
  }
}

/** @param {Fetch} event */
async function page({ request, preloadResponse }) {
  try {
    return (await preloadResponse) ?? (await fetch(request));
  } catch (error) {
    const kept = await held(offline);
    if (!kept) throw error;
    return kept;
  }
}

/** @param {Request} request */
async function file(request) {
  return (await held(request.url)) ?? fetch(request);
}

worker.addEventListener("install", (/** @type {Stage} */ event) => event.waitUntil(hold()));
worker.addEventListener("activate", (/** @type {Stage} */ event) => event.waitUntil(takeOver()));
worker.addEventListener("fetch", (/** @type {Fetch} */ event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const { origin, pathname, search } = new URL(request.url);
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (origin === location.origin && HELD.has(pathname + search)) event.respondWith(file(request));
});
