// Where the app is: at the root of its host, or below the path that its scripts came from.

const ROOT = new URL("../../..", import.meta.url).pathname.slice(0, -1);

/** An address of the app or its API, which begins with a slash, as the browser must ask for it. */
export function fromRoot(address) {
  return ROOT + address;
}

/** The app's part of a path; null if the path leads elsewhere. */
export function within(path) {
  return path.startsWith(`${ROOT}/`) ? path.slice(ROOT.length) : path === ROOT ? "/" : null;
}
