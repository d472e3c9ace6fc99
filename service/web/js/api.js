// Asking the HTTP API. Every failure becomes a Problem with one line to show.

import { askForKey, keyHeaders } from "./key.js";
import { fromRoot } from "./root.js";

/** What went wrong, as the service's problem document says it. */
export class Problem extends Error {
  constructor(status, detail, mergedInto = null) {
    super(detail);
    this.status = status;
    this.mergedInto = mergedInto;
  }
}

/** The answer as JSON (null for 204). `query` values may be lists; empty ones are left out. A write that is answered
 * 401 asks the person for the key, once, and is sent again; one with `keepalive` outlives the page. */
export async function ask(path, { method = "GET", query = {}, json, form, signal, keepalive = false } = {}) {
  const send = () => fetched(fromRoot(`/api/v1${path}${queryString(query)}`), method, json, form, signal, keepalive);
  let response = await send();
  if (response.status === 401 && (await askForKey())) response = await send();
  if (response.status === 204) return null;
  if (response.ok) return response.json();
  throw await problemOf(response);
}

/** Whether a request failed only because the view that made it is gone. */
export function isCancelled(error) {
  return error.name === "AbortError";
}

/** The address of a cover's picture. `of` is its content hash, or the cover's id, which is asked for each time. */
export function imageUrl(of, sizePx) {
  return fromRoot(typeof of === "string" ? `/api/v1/images/${of}?size=${sizePx}` : `/api/v1/covers/${of}/image?size=${sizePx}`);
}

export function queryString(query) {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  const wanted = pairs.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return wanted.length ? `?${new URLSearchParams(wanted)}` : "";
}

async function fetched(url, method, json, form, signal, keepalive) {
  const headers = { Accept: "application/json", ...(method === "GET" ? {} : keyHeaders()) };
  if (json !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(url, { method, headers, signal, keepalive, body: json === undefined ? form : JSON.stringify(json) });
  } catch (error) {
    if (isCancelled(error)) throw error;
    throw new Problem(0, "Cannot reach the service. Check that it is running, then try again.");
  }
}

async function problemOf(response) {
  const { status, statusText } = response;
  const wait = response.headers.get("retry-after");
  if (status === 429 && wait) return new Problem(status, `Too many requests at once; try again in ${wait} s.`);
  try {
    const { detail, merged_into: mergedInto } = await response.json();
    return new Problem(status, detail ?? statusText, mergedInto);
  } catch {
    return new Problem(status, `The service answered ${status} ${statusText}.`);
  }
}
