// Adding covers: several pictures at once, with the names and the genre they get.

import { ask } from "./api.js";
import { listOf, opened } from "./album-edit.js";
import { h, iconButton } from "./dom.js";
import { forgetFacts, genres as allGenres } from "./facts.js";
import { count } from "./naming.js";
import { ACCEPTED, isPicture, readable } from "./picture-files.js";

const MOST = 200;

/** The dialog, with some files in it from the start; `onAdded()` is called when it closes, if anything was added. */
export function openAdder(onAdded, files = []) {
  let added = 0;
  let busy = false;
  const rows = new Set();
  const list = h("ul", { class: "to-add" });
  const said = h("p", { class: "muted small", role: "status" }, "JPEG, PNG, WebP and other pictures, up to 64 MiB each.");
  const genre = h("input", { name: "genre", list: "adder-genres", placeholder: "optional, for all of them", maxlength: 500, autocomplete: "off" });
  const known = h("datalist", { id: "adder-genres" });
  allGenres().then((all) => known.append(...all.map((one) => h("option", { value: one.name })))).catch(() => { /* only suggestions */ });
  const input = h("input", { type: "file", accept: ACCEPTED, multiple: true, hidden: true, "aria-label": "Pictures of covers", onchange: () => { take([...input.files]); input.value = ""; } });
  const send = h("button", { class: "primary", disabled: true }, "Add");
  const place = h("div", { class: "drop small-drop", ondragover: (event) => event.preventDefault(), ondrop: (event) => { event.preventDefault(); take([...event.dataTransfer.files]); } },
    h("p", {}, "Drop covers here"), h("button", { type: "button", onclick: () => input.click() }, "Choose pictures"), input);
  const dialog = opened(h("dialog", { class: "wide", "aria-labelledby": "add-title", onclose: () => { rows.forEach((row) => row.forget()); if (added) { forgetFacts(); onAdded(); } } },
    h("form", { onsubmit: (event) => { event.preventDefault(); addAll(); } },
      h("h2", { id: "add-title" }, "Add covers"), place, h("label", {}, "Genre", genre), known, list, said,
      h("div", { class: "row" }, h("button", { type: "button", onclick: () => dialog.close() }, "Close"), send))));

  take(files);

  function take(files) {
    for (const file of files.filter(isPicture).slice(0, MOST - rows.size)) {
      const row = fileRow(file, () => { rows.delete(row); showCount(); });
      rows.add(row);
      list.append(row.element);
    }
    showCount();
  }
  function showCount() {
    const waiting = [...rows].filter((row) => !row.isDone).length;
    send.disabled = busy || waiting === 0;
    send.textContent = waiting ? `Add ${count(waiting, "cover")}` : "Add";
  }
  async function addAll() {
    busy = true;
    showCount();
    let failed = 0;
    for (const row of [...rows].filter((one) => !one.isDone)) {
      if (await row.send(listOf(genre.value))) added += 1;
      else failed += 1;
      said.textContent = `${count(added, "cover")} added${failed ? `, ${failed} failed; the reason is next to each` : ""}.`;
    }
    forgetFacts();
    busy = false;
    showCount();
  }
}

function fileRow(file, onRemoved) {
  const address = URL.createObjectURL(file);
  const field = (name, label, props = {}) => h("input", { name, "aria-label": `${label} of ${file.name}`, placeholder: label, maxlength: 500, autocomplete: "off", ...props });
  const artist = field("artist", "Artist");
  const title = field("title", "Title");
  const year = field("year", "Year", { type: "number", min: 1, max: 9999 });
  const back = h("input", { type: "file", accept: ACCEPTED, hidden: true, "aria-label": `Back cover of ${file.name}`, onchange: () => backButton.classList.toggle("on", back.files.length > 0) });
  const backButton = h("button", { type: "button", class: "small", onclick: () => back.click() }, "Back cover …");
  const state = h("span", { class: "small muted outcome" });
  const remove = iconButton("close", `Do not add ${file.name}`, () => { row.forget(); row.element.remove(); onRemoved(); }, { class: "quiet" });
  const row = {
    isDone: false,
    element: h("li", {}, h("span", { class: "cover" }, h("img", { src: address, alt: "", width: 56, height: 56, class: "there" })),
      h("div", { class: "fields" }, artist, title, year, back, backButton), state, remove),
    forget: () => URL.revokeObjectURL(address),
    async send(genres) {
      state.textContent = "adding …";
      try {
        const album = await ask("/albums", { method: "POST", form: await formOf() });
        row.isDone = true;
        state.replaceChildren(h("a", { href: `/album/${album.id}`, onclick: () => row.element.closest("dialog").close() }, `album ${album.id}`));
        remove.hidden = true;
      } catch (error) {
        state.textContent = error.message;
      }
      return row.isDone;
      async function formOf() {
        const form = new FormData();
        form.append("image", await readable(file), file.name);
        if (back.files[0]) form.append("back", await readable(back.files[0]), back.files[0].name);
        for (const one of [artist, title, year]) if (one.value.trim()) form.append(one.name, one.value.trim());
        genres.forEach((genre) => form.append("genre", genre));
        return form;
      }
    },
  };
  return row;
}
