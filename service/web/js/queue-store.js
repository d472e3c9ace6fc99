// The queue as this browser keeps it, until a person clears it: the pictures, and what is known of each.

import { fromRoot } from "./root.js";

const NAME = `queue ${fromRoot("/")}`;
const ROWS = "rows";
const PICTURES = "pictures";
const IN_MEMORY = new Set(["file", "back", "url", "unkept"]);

let opened = null;

/** Every row that was kept, the first one first; none where the browser keeps nothing. */
export async function keptRows() {
  const [records, pictures] = await inStores("readonly", (rows, files) => Promise.all([answer(rows.getAll()), answer(files.getAll())])).catch(() => [[], []]);
  const of = new Map(pictures.map((one) => [one.id, one]));
  return records.filter(({ id }) => of.has(id)).map((record) => ({ ...record, file: of.get(record.id).file, back: of.get(record.id).back }));
}

/** What is kept of a row now; null if it was cleared, or nothing is kept. */
export function keptRow(id) {
  return inStores("readonly", (rows) => answer(rows.get(id))).catch(() => null);
}

/** Keep a row's picture, and the back that belongs to it. Throws if there is no room. */
export function keepPicture({ id, file, back }) {
  return inStores("readwrite", (_, files) => answer(files.put({ id, file, back })));
}

/** Keep what is known of a row. */
export function keepRow(row) {
  const record = Object.fromEntries(Object.entries(row).filter(([name]) => !IN_MEMORY.has(name)));
  return inStores("readwrite", (rows) => answer(rows.put(record))).catch(() => { /* it is there as long as the page */ });
}

export function forgetRows(ids) {
  return inStores("readwrite", (rows, files) => Promise.all(ids.flatMap((id) => [answer(rows.delete(id)), answer(files.delete(id))]))).catch(() => { /* nothing is kept */ });
}

/** Do something with both stores in one transaction, which is written when it ends. */
async function inStores(mode, job) {
  const transaction = (await database()).transaction([ROWS, PICTURES], mode);
  const written = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  written.catch(() => { /* who asks hears it below */ });
  const found = await job(transaction.objectStore(ROWS), transaction.objectStore(PICTURES));
  await written;
  return found;
}

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => [ROWS, PICTURES].forEach((name) => request.result.createObjectStore(name, { keyPath: "id" }));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
