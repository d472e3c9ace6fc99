// Many pictures at once: each is looked up, and added only when a person says so; by keys if wanted.

import { saveCsv } from "../csv.js";
import { h, icon } from "../dom.js";
import { genres as allGenres } from "../facts.js";
import { listOf } from "../album-edit.js";
import { count } from "../naming.js";
import { emptyState, note } from "../notes.js";
import { ACCEPTED } from "../picture-files.js";
import { add, drop, enqueue, leftOut, queued, queueTable, restored, wouldLose } from "../queue.js";
import { queueRow } from "../queue-row.js";
import { setTitle } from "../router.js";

/** In the order in which they are shown: what wants a person first. */
const GROUPS = [["failed", "Failed"], ["pressing", "Other pressings of what you have"], ["new", "New"], ["found", "Found"], ["asked", "Being looked up"], ["waiting", "Waiting"], ["added", "Added"], ["skipped", "Skipped"]];

export async function show(main, { signal }) {
  setTitle("Add covers");
  const input = h("input", { type: "file", accept: ACCEPTED, multiple: true, hidden: true, "aria-label": "Pictures of covers", onchange: () => { take([...input.files]); input.value = ""; } });
  const said = h("p", { class: "muted", role: "status" });
  const bar = h("progress", { hidden: true, "aria-label": "Pictures looked up" });
  const groups = h("div", { class: "stack" });
  const genre = h("input", { name: "genre", list: "queue-genres", placeholder: "as suggested", maxlength: 500, autocomplete: "off" });
  const known = h("datalist", { id: "queue-genres" });
  allGenres().then((all) => known.append(...all.map((one) => h("option", { value: one.name })))).catch(() => { /* only suggestions */ });
  const all = h("button", { type: "button", class: "primary", onclick: () => addAll() }, "Add");
  const clear = h("button", { type: "button", onclick: () => clearRows((row) => ["added", "skipped"].includes(row.state)) }, "Clear what is done");
  const clearAll = h("button", { type: "button", class: "quiet danger", onclick: () => clearRows((row) => !row.isAdding) }, icon("bin"), "Clear all");
  const save = h("button", { type: "button", onclick: () => { const { names, rows } = queueTable(); saveCsv("matches.csv", names, rows); } }, icon("save"), "Save as CSV");
  const tools = h("div", { class: "filters" }, h("label", {}, "Genre for all new ones", genre), all, save, clear, clearAll);
  main.replaceChildren(
    h("div", { class: "page-head" }, h("h1", {}, "Add covers"), said, bar),
    h("div", { class: "drop small-drop" }, h("p", {}, "Drop covers or photos of covers anywhere"), h("button", { type: "button", onclick: () => input.click() }, icon("image"), "Choose pictures"), input),
    known, tools, groups);
  const lists = new Map(GROUPS.map(([state, title]) => {
    const list = h("ul", { class: "queue" });
    const section = h("section", { hidden: true, "aria-label": title }, h("h2", {}, title), list);
    groups.append(section);
    return [state, { list, section }];
  }));
  const elements = new Map();
  const empty = emptyState("Nothing is waiting", "Each picture is looked up first: you see which albums you have already, which are other pressings, and which are new. Go through them, correct what is wrong, save the list as CSV. Nothing is added until you say so; the pictures wait in this browser, also when you leave the page.");
  groups.append(empty);

  function put(row) {
    const old = elements.get(row);
    if (!queued().includes(row)) {
      elements.delete(row);
      return old?.remove();
    }
    const focused = old?.contains(document.activeElement);
    const fresh = queueRow(row);
    elements.set(row, fresh);
    const { list } = lists.get(row.state);
    const next = focused ? old.nextElementSibling ?? old.previousElementSibling : null;
    if (old?.parentElement === list) old.replaceWith(fresh);
    else {
      old?.remove();
      list.append(fresh);
    }
    // Whoever works by keys goes on with the next one, unless the row only began to be looked up.
    if (focused) (["added", "skipped"].includes(row.state) && next?.isConnected ? next : fresh).focus();
    return undefined;
  }
  function showCounts() {
    const rows = queued();
    const of = (state) => rows.filter((row) => row.state === state).length;
    for (const [state, { list, section }] of lists) section.hidden = !list.childElementCount || of(state) === 0;
    empty.hidden = rows.length > 0;
    tools.hidden = !rows.length;
    all.disabled = !of("new");
    all.textContent = of("new") ? `Add ${count(of("new"), "new album")}` : "Add";
    const busy = of("asked") + of("waiting");
    bar.hidden = !busy;
    Object.assign(bar, { max: Math.max(1, rows.length), value: rows.length - busy });
    said.textContent = rows.length ? `${[busy && `${busy} to look up`, of("failed") && `${of("failed")} failed`, of("found") && `${of("found")} found`, of("pressing") && `${of("pressing")} other pressings`, of("new") && `${of("new")} new`, of("added") && `${of("added")} added`].filter(Boolean).join(", ") || "All done"}. Keys: arrows go through the rows, Enter does what is suggested, r takes the other album, n says that it is none, s skips.` : "";
  }
  function clearRows(wanted) {
    const some = queued().filter(wanted);
    if (some.length) note(`${count(some.length, "picture")} taken out of the queue.`, { undo: drop(some) });
  }
  async function take(files) {
    const left = await enqueue(files);
    if (left.length) note(leftOut(left), { bad: true });
  }
  async function addAll() {
    const named = listOf(genre.value);
    for (const row of queued().filter((one) => one.state === "new")) {
      if (named.length) row.fields.genres = named;
      await add(row);
    }
  }
  addEventListener("queuechange", ({ detail: row }) => {
    for (const one of row ? [row] : queued()) if (row || !elements.has(one)) put(one);
    showCounts();
  }, { signal });
  main.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
    if (!step || event.target.closest("input, select, button")) return;
    const all = [...main.querySelectorAll(".queue-row")];
    all[Math.max(0, all.indexOf(event.target.closest(".queue-row")) + step)]?.focus();
    event.preventDefault();
  }, { signal });
  queued().forEach(put);
  showCounts();
  await restored();
}

addEventListener("beforeunload", (event) => { if (wouldLose()) event.preventDefault(); });
