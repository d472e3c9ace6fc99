// The field to ask with: names or words, a picture to choose, a photo to take.

import { h, icon } from "./dom.js";
import { status } from "./facts.js";
import { searchWith } from "./intake.js";
import { note } from "./notes.js";
import { ACCEPTED } from "./picture-files.js";
import { hrefOf } from "./query.js";
import { go } from "./router.js";
import { suggestions } from "./suggest.js";

/** `can` is the service's status, null until it is known; `query` is the present search; `signal` ends when it is left. */
export function askBar(query, can, signal) {
  const byText = can?.model?.reads_text && !query.q;
  const field = h("input", {
    type: "search", name: "q", value: query.q ?? query.text ?? "", "aria-label": "Artist, title, or what a cover looks like", autocomplete: "off", maxlength: 200,
    placeholder: can?.model?.reads_text ? "Artist, title, or what it looks like" : "Artist, title, year …",
    enterkeyhint: "search",
  });
  const mode = can?.model?.reads_text && h("select", { "aria-label": "Search by", class: "mode" },
    h("option", { value: "q", selected: !byText }, "Names"), h("option", { value: "text", selected: byText }, "Looks"));
  const submit = async (event) => {
    event.preventDefault();
    const words = field.value.trim();
    if (!words) return go("/");
    const kept = { genre: query.genre, year: query.year, where: query.where, list: query.list };
    if (/^https?:\/\/\S+$/.test(words)) {
      // A service that just started may not have said yet what it can.
      const able = can ?? (await status().catch(() => null));
      if (able?.image_urls) return go(hrefOf({ ...kept, image_url: words }));
      note("This service fetches no pictures from the web; its settings can allow it (SLEEVE_IMAGE_URLS=1). Drop or choose the picture instead.", { bad: true });
    }
    return go(hrefOf({ ...kept, [mode ? mode.value : "q"]: words }));
  };
  const form = h("form", { class: "ask", role: "search", onsubmit: submit },
    h("span", { class: "lens" }, icon("search")), field, mode,
    seesImages(can) && [
      picker("camera", "Take a photo of a cover", query, { capture: "environment", class: "touch-only" }),
      picker("image", "Choose a picture of a cover", query),
    ],
    h("button", { class: "primary go" }, "Search"));
  form.append(suggestions(field, signal));
  return form;
}

/** Whether pictures can be asked with; a bundle without a model cannot look at them. */
export function seesImages(can) {
  return can?.model?.sees_images !== false;
}

/** A button that opens the file chooser or the camera. */
export function picker(symbol, label, query, { capture, words, ...props } = {}) {
  const input = h("input", { type: "file", accept: ACCEPTED, capture, hidden: true, "aria-label": label, onchange: () => {
    const [file] = input.files;
    input.value = "";
    if (file) searchWith(file, { genre: query.genre, year: query.year, where: query.where, list: query.list });
  } });
  const button = h("button", { type: "button", "aria-label": words ? null : label, title: label, class: words ? props.class : `quiet icon-only ${props.class ?? ""}`, onclick: () => input.click() }, icon(symbol), words);
  return [input, button];
}
