// Files that a person gives: which are pictures, and which the service can read.

const READ_BY_SERVICE = new Set(["image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/tiff", "image/avif", "image/heic", "image/heif"]);
const ENDING = /\.(jpe?g|png|webp|gif|bmp|tiff?|avif|heic|heif|jxl)$/i;
const CONVERTED_PX = 4096;

/** What a file chooser offers; many browsers have no type for the pictures of phones. */
export const ACCEPTED = "image/*,.heic,.heif,.avif";

export function isPicture(file) {
  return file.type.startsWith("image/") || (file.type === "" && ENDING.test(file.name));
}

export function isReadByService(file) {
  return READ_BY_SERVICE.has(file.type);
}

/** The file, or a JPEG of it if only this browser can read it. */
export async function readable(file) {
  if (isReadByService(file)) return file;
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return file;
  const jpeg = await scaled(bitmap, CONVERTED_PX);
  bitmap.close();
  return new File([jpeg], file.name, { type: jpeg.type });
}

/** A JPEG whose longer side has at most this many pixels, on white. */
export async function scaled(bitmap, sizePx) {
  const scale = Math.min(1, sizePx / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
}
