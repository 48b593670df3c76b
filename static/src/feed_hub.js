/**
 * The caption feeds of a browser, each opened once for all the tabs that read it. Over plain HTTP a browser has six
 * connections to a server, and a feed holds one for as long as a tab is open: with the seventh tab nothing would load
 * any more. No DOM: it runs in a shared worker (feeds.js).
 */

/** Events that tabs are told of: captions, where the room's call is held now, and that nothing more comes. */
export const TYPES = Object.freeze(["caption", "sfu", "end"]);
/** Feeds over HTTP/1.1 that may be open at once: two connections are left for pages, forms and tokens. */
export const MOST_FEEDS = 4;
/** Messages of a feed that are kept for tabs that come later; others have their feed go back. */
const MOST_KEPT = 500;
/** Ids that tabs may have had already. */
const MOST_SEEN = 5_000;

/**
 * @typedef {{ type: string, data: string, lastEventId: string }} Message
 * @typedef {{ say: "open" } | { say: "error" } | { say: "full" } | ({ say: "message" } & Message)} Told what a tab is told
 *
 * @typedef {object} Source as `CaptionSource`
 * @property {((event: Event) => void) | null} onopen
 * @property {((event: Event) => void) | null} onerror
 * @property {(type: string, listener: (event: MessageEvent) => void) => void} addEventListener
 * @property {(after: string) => void} goBack
 * @property {() => void} close
 *
 * @typedef {object} Feed
 * @property {string} url without the caption after which it begins
 * @property {Source | null} source `null` while there is no connection to spare
 * @property {boolean} open
 * @property {string} id what the connection gave as an id last: messages without one repeat it
 * @property {Message[]} kept the newest messages, in order
 * @property {string} before id of the caption after which those that are kept begin
 * @property {Set<string>} seen ids of captions that were passed on
 * @property {Map<Tab, Place>} tabs
 *
 * @typedef {(told: Told) => void} Tab
 * @typedef {{ last: string, behind: boolean }} Place how far a tab is: id of the last caption that it has; whether it may
 *   lack some that others have had
 */

export class FeedHub {
  #open;
  /** @type {Map<string, Feed>} by address, the oldest first */
  #feeds = new Map();

  /** @param {(url: string, after: string) => Source} open connects to a feed, after a caption */
  constructor(open) {
    this.#open = open;
  }

  /** Feeds that are connected, or on their way to it. */
  get connected() {
    return [...this.#feeds.values()].filter(({ source }) => source !== null).length;
  }

  /**
   * Tells a tab everything of a feed after a caption, once each, from now on.
   * @param {Tab} tab
   * @param {string} url the feed's, absolute, without that caption
   * @param {string} after id of the caption; "" from the beginning
   * @param {boolean} few whether the browser has few connections to this server
   */
  join(tab, url, after, few) {
    const feed = this.#feeds.get(url) ?? this.#add(url, after);
    const place = { last: after, behind: !this.#has(feed, after) };
    feed.tabs.set(tab, place);
    if (feed.source) return this.#catchUp(feed, tab, place);
    if (feed.tabs.size > 1 && isOlder(after, feed.before) !== false) feed.before = after;
    if (few && this.connected >= MOST_FEEDS) tab({ say: "full" });
    else this.#connect(feed);
  }

  /**
   * A tab has closed, or reads another feed.
   * @param {Tab} tab
   */
  leave(tab) {
    for (const feed of this.#feeds.values()) {
      if (!feed.tabs.delete(tab) || feed.tabs.size > 0) continue;
      feed.source?.close();
      this.#drop(feed);
    }
  }

  /** @param {Feed} feed which is over, so that another may have its connection */
  #drop(feed) {
    this.#feeds.delete(feed.url);
    const waiting = [...this.#feeds.values()].find(({ source }) => source === null);
    if (feed.source && waiting) this.#connect(waiting);
  }

  /**
   * @param {string} url
   * @param {string} after
   * @returns {Feed}
   */
  #add(url, after) {
    /** @type {Feed} */
    const feed = { url, source: null, open: false, id: "", kept: [], before: after, seen: new Set(), tabs: new Map() };
    this.#feeds.set(url, feed);
    return feed;
  }

  /** @param {Feed} feed */
  #connect(feed) {
    const source = this.#open(feed.url, feed.before);
    feed.source = source;
    source.onopen = () => {
      feed.open = true;
      feed.id = "";
      for (const tab of feed.tabs.keys()) tab({ say: "open" });
    };
    source.onerror = () => {
      feed.open = false;
      for (const tab of feed.tabs.keys()) tab({ say: "error" });
    };
    for (const type of TYPES) source.addEventListener(type, (message) => this.#take(feed, message));
  }

  /**
   * Tells a tab that comes to a feed that runs what it has missed; where that is no longer kept, the feed goes back.
   * @param {Feed} feed
   * @param {Tab} tab
   * @param {Place} place
   */
  #catchUp(feed, tab, place) {
    const after = place.last;
    if (feed.open) tab({ say: "open" });
    if (!place.behind) {
      const from = after ? idsOf(feed).lastIndexOf(after) + 1 : 0;
      for (const message of feed.kept.slice(from)) tell(tab, place, message);
    } else if (isOlder(after, newestOf(feed)) !== false) feed.source?.goBack(after);
    // Of what is newer than anything here, the feed itself will tell.
  }

  /**
   * Whether everything after a caption is kept.
   * @param {Feed} feed
   * @param {string} after
   */
  #has(feed, after) {
    return feed.before === after || (after !== "" && idsOf(feed).includes(after));
  }

  /**
   * @param {Feed} feed
   * @param {Message} event
   */
  #take(feed, { type, data, lastEventId }) {
    const own = lastEventId === feed.id ? "" : lastEventId;
    feed.id = lastEventId;
    const message = { type, data, lastEventId: own };
    const had = own !== "" && feed.seen.has(own);
    const fresh = own === "" || (!had && isOlder(newestOf(feed), own) !== false);
    for (const [tab, place] of feed.tabs) {
      if (isNews(own, place, had)) tell(tab, place, message);
      if (own && fresh) place.behind = false;
    }
    if (type === "end") this.#drop(feed);
    if (own) remember(feed.seen, own);
    if (fresh && type !== "sfu") keep(feed.kept, message); // what a feed that went back repeats has its place among those before them
    while (feed.kept.length > MOST_KEPT) feed.before = feed.kept.shift()?.lastEventId || feed.before;
  }
}

/**
 * Keeps a message, in place of an interim one of the same element: of what grows, tabs that come later need the newest.
 * @param {Message[]} kept
 * @param {Message} message
 */
function keep(kept, message) {
  const element = elementOf(message);
  const before = kept.findIndex((other) => other.lastEventId === "" && element !== "" && elementOf(other) === element);
  if (before !== -1) kept.splice(before, 1);
  kept.push(message);
}

/**
 * Id of the element that a fragment replaces; "" where it names none.
 * @param {Message} message
 */
function elementOf({ data }) {
  return /^<\w+ id="([^"]+)"/.exec(data)?.[1] ?? "";
}

/**
 * @param {Tab} tab
 * @param {Place} place
 * @param {Message} message
 */
function tell(tab, place, message) {
  tab({ say: "message", ...message });
  place.last = message.lastEventId || place.last;
}

/**
 * Whether a caption is to be told to a tab.
 * @param {string} id "" for an interim, which is
 * @param {Place} place
 * @param {boolean} had whether it has been told before
 */
function isNews(id, { last, behind }, had) {
  if (id === "") return true;
  return isOlder(last, id) ?? (behind || !had);
}

/** @param {Feed} feed */
function newestOf(feed) {
  return idsOf(feed).filter(Boolean).pop() ?? feed.before;
}

/** @param {Feed} feed */
function idsOf({ kept }) {
  return kept.map(({ lastEventId }) => lastEventId);
}

/**
 * @param {Set<string>} ids
 * @param {string} id
 */
function remember(ids, id) {
  ids.add(id);
  for (const oldest of ids) {
    if (ids.size <= MOST_SEEN) return;
    ids.delete(oldest);
  }
}

/**
 * Whether a caption is older than another; `undefined` where that cannot be told, as in another life of the stream.
 * @param {string} id "milliseconds-number", perhaps "-life" (docs/feed.md); "" is the beginning
 * @param {string} other
 */
export function isOlder(id, other) {
  if (id === other) return false;
  if (id === "" || other === "") return id === "";
  const [ms = "", number = "", life = ""] = id.split("-");
  const [otherMs = "", otherNumber = "", otherLife = ""] = other.split("-");
  if (life !== otherLife) return undefined;
  return ms === otherMs ? Number(number) < Number(otherNumber) : Number(ms) < Number(otherMs);
}
