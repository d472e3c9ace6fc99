// Tables that the browser saves as CSV.

import { h } from "./dom.js";

/** Save rows of cells under their names. A text that a spreadsheet would run as a formula is put behind an apostrophe. */
export function saveCsv(file, names, rows) {
  const plain = (value) => (typeof value === "string" && /^[=+@\t\r-]/.test(value) ? `'${value}` : String(value ?? ""));
  const quoted = (value) => `"${plain(value).replaceAll('"', '""')}"`;
  const lines = rows.map((row) => row.map(quoted).join(","));
  const blob = new Blob([[names.join(","), ...lines].join("\r\n"), "\r\n"], { type: "text/csv" });
  const link = h("a", { href: URL.createObjectURL(blob), download: file });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href));
}
