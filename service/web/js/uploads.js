// Pictures to search with. They stay in this browser: the address holds a name for them, not their bytes.

import { isReadByService, scaled } from "./picture-files.js";

const SENT_AS_IT_IS_BYTES = 1_500_000;
const SENT_PX = 1600;
const READ_PX = 4000;
const KEPT_PX = 640;
const KEPT = 12;
const MAX_BYTES = 64 * 1024 * 1024;

const files = new Map();
const originals = new Map();

/** Keep a picture; its name for the address. Throws an error of one line if it is too large. */
export async function keep(file) {
  if (file.size > MAX_BYTES) throw new Error(`${file.name} is larger than 64 MiB; choose a smaller picture`);
  const name = crypto.getRandomValues(new Uint32Array(2)).reduce((text, part) => text + part.toString(36), "");
  const bitmap = await createImageBitmap(file).catch(() => null);
  const sent = bitmap && (file.size > SENT_AS_IT_IS_BYTES || !isReadByService(file)) ? await scaled(bitmap, SENT_PX) : file;
  files.set(name, new File([sent], file.name || "cover", { type: sent.type }));
  if (sent !== file && Math.max(bitmap.width, bitmap.height) > SENT_PX) originals.set(name, file);
  if (bitmap || file.size <= SENT_AS_IT_IS_BYTES) await keepSmall(name, bitmap ? await scaled(bitmap, KEPT_PX) : file, file.name);
  bitmap?.close();
  return name;
}

/** The picture of this name as a file, or null when this browser does not have it. */
export async function upload(name) {
  const file = files.get(name);
  if (file) return file;
  const small = sessionStorage.getItem(`upload-${name}`);
  if (!small) return null;
  const [data, ...called] = small.split("\n");
  const bytes = Uint8Array.from(atob(data.split(",")[1]), (character) => character.charCodeAt(0));
  const restored = new File([bytes], called.join(" ") || "cover", { type: /^data:([^;]*)/.exec(data)[1] });
  files.set(name, restored);
  return restored;
}

/** A large grey picture of what `upload` has small, to read a barcode in; null if it is not small. */
export async function large(name) {
  const bitmap = originals.has(name) ? await createImageBitmap(originals.get(name)).catch(() => null) : null;
  if (!bitmap) return null;
  const jpeg = await scaled(bitmap, READ_PX, { isGrey: true });
  bitmap.close();
  return jpeg;
}

async function keepSmall(name, small, called) {
  const text = await new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(small);
  });
  const kept = Object.keys(sessionStorage).filter((key) => key.startsWith("upload-"));
  if (kept.length >= KEPT) kept.forEach((key) => sessionStorage.removeItem(key));
  try {
    sessionStorage.setItem(`upload-${name}`, `${text}\n${called}`);
  } catch {
    // Without room it is there until the page is loaded again.
  }
}
