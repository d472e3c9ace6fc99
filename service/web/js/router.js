// Addresses and views: every view is an address, links stay links, and going back shows what was there.
// The views use this module, so it is given them and imports none.

import { h } from "./dom.js";
import { emptyState, problemLine } from "./notes.js";
import { fromRoot, within } from "./root.js";

/** The view of an address that is none. */
const NOWHERE = { show: (main) => main.replaceChildren(h("h1", { class: "sr" }, "Not found"), emptyState("There is no such page", "The link may be old, or mistyped.", h("a", { class: "button primary", href: "/" }, "Search"), h("a", { class: "button", href: "/catalogue" }, "See the catalogue"))) };

let views = [];
let shown = null;
let leaving = new AbortController();
let onView = () => {};

/** Go to an address of the app, which begins with a slash. */
export function go(href, { replace = false } = {}) {
  keepPlace();
  history[replace ? "replaceState" : "pushState"]({}, "", fromRoot(href));
  return show({ moved: !replace });
}

/** Show the view of the present address again. */
export function again() {
  return show({ moved: false });
}

/** Start with a list of [pattern of the address, name, how to load the module]. `named(name)` is called for each view that is shown. */
export function start(known, named) {
  views = known;
  onView = named;
  history.scrollRestoration = "manual";
  addEventListener("popstate", () => show({ moved: false, place: history.state ?? {} }));
  addEventListener("pagehide", keepPlace);
  document.addEventListener("click", onClick);
  return show({ moved: false, place: history.state ?? {} });
}

export function setTitle(text) {
  document.title = text ? `${text} · Sleeve` : "Sleeve";
}

function keepPlace() {
  const album = document.activeElement?.closest(".card[data-album]")?.dataset.album;
  history.replaceState({ ...history.state, scrollY, album }, "");
}

function onClick(event) {
  const link = event.target.closest?.("a[href]");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  const url = new URL(link.href);
  const address = within(url.pathname);
  if (url.origin !== location.origin || address === null || !views.some(([pattern]) => pattern.test(address))) return;
  if (url.hash && url.pathname === location.pathname) {
    event.preventDefault();
    document.querySelector(url.hash)?.focus();
    return;
  }
  event.preventDefault();
  go(address + url.search);
}

async function show({ moved, place }) {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const url = new URL(location.href);
  const [match, name, load] = views.map(([pattern, ...rest]) => [pattern.exec(within(url.pathname)), ...rest]).find(([found]) => found) ?? [null, "", async () => NOWHERE];
  const main = document.getElementById("main");
  const view = await load().catch(() => null);
  if (signal.aborted) return;
  if (!view) {
    shown = null;
    main.className = "";
    main.replaceChildren(problemLine(new Error("Cannot reach the service. Check that it is running, then try again."), () => location.reload()));
    return;
  }
  const another = shown !== `${name}${match?.[1] ?? ""}`;
  if (another) {
    // What the page came with stays until the first view is there: somebody may be typing in it.
    if (shown) main.replaceChildren();
    main.className = "";
  }
  shown = `${name}${match?.[1] ?? ""}`;
  onView(name);
  const done = view.show(main, { url, signal, id: match?.[1] ? Number(match[1]) : null, another });
  if (moved && another) {
    scroll({ top: 0 });
    main.focus({ preventScroll: true });
  }
  await done;
  if (signal.aborted || !place) return;
  if (place.scrollY !== undefined) scroll({ top: place.scrollY });
  if (place.album) main.querySelector(`.card[data-album="${Number(place.album)}"] .face`)?.focus({ preventScroll: true });
}
