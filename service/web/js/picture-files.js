// Files that a person gives: which are pictures, and which the service can read.

const READ_BY_SERVICE = new Set(["image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/tiff", "image/avif", "image/heic", "image/heif"]);
const ENDING = /\.(jpe?g|png|webp|gif|bmp|tiff?|avif|heic|heif|jxl)$/i;
const CONVERTED_PX = 4096;
const AROUND = 0.06;

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
  return still(file, file.name).catch(() => file);
}

/** What a file or a video shows now, as a JPEG of this name. Throws if the browser cannot show it. */
export async function still(shown, name) {
  const bitmap = await createImageBitmap(shown);
  const jpeg = await scaled(bitmap, CONVERTED_PX);
  bitmap.close();
  return new File([jpeg], name, { type: jpeg.type });
}

/** Of each outline in a picture (corners as parts of its sides), a JPEG of what is in it and a little around as `file`, and the `outline` in that. */
export async function cutOut(file, name, outlines) {
  const bitmap = await createImageBitmap(file);
  const ending = /\.[^.]*$/.exec(name)?.[0] ?? "";
  const files = [];
  for (const [at, outline] of outlines.entries()) {
    const [[left, right], [top, bottom]] = [bitmap.width, bitmap.height].map((length, axis) => {
      const places = outline.map((corner) => corner[axis] * length);
      const around = AROUND * (Math.max(...places) - Math.min(...places));
      return [Math.max(0, Math.min(...places) - around), Math.min(length, Math.max(...places) + around)].map(Math.round);
    });
    const part = await createImageBitmap(bitmap, left, top, Math.max(1, right - left), Math.max(1, bottom - top));
    const jpeg = await scaled(part, CONVERTED_PX);
    part.close();
    files.push({
      file: new File([jpeg], `${name.slice(0, name.length - ending.length)}, sleeve ${at + 1}.jpg`, { type: jpeg.type }),
      outline: outline.map(([x, y]) => [(x * bitmap.width - left) / (right - left), (y * bitmap.height - top) / (bottom - top)]),
    });
  }
  bitmap.close();
  return files;
}

/** A JPEG whose longer side has at most this many pixels, on white; a grey one takes less. */
export async function scaled(bitmap, sizePx, { isGrey = false } = {}) {
  const scale = Math.min(1, sizePx / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  if (isGrey) {
    context.globalCompositeOperation = "saturation";
    context.fillStyle = "#888";
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", isGrey ? 0.7 : 0.9));
}
