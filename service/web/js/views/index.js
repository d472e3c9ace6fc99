// The index: whether it is up to date, the work on it, its versions; details for those who want them.

import { ask, isCancelled } from "../api.js";
import { h, prose } from "../dom.js";
import { forgetFacts, status } from "../facts.js";
import { ago, count, percent } from "../naming.js";
import { emptyState, note, problemLine } from "../notes.js";
import { fromRoot } from "../root.js";
import { setTitle } from "../router.js";

const LOOK_EVERY_MS = 5000;

export async function show(main, { signal }) {
  setTitle("Index");
  forgetFacts();
  const problems = h("div", { class: "stack" });
  const state = h("section", { class: "panel stack", "aria-labelledby": "state-title" });
  const work = h("div", { class: "stack" });
  const versions = h("section", { class: "panel stack", "aria-labelledby": "versions-title", hidden: true });
  const details = h("details", { class: "panel" }, h("summary", {}, h("h2", {}, "Details")));
  const figures = h("div", { class: "figures" });
  const bundles = h("section", { class: "stack", "aria-labelledby": "bundles-title" });
  details.append(figures, bundles);
  main.replaceChildren(h("div", { class: "page-head" }, h("h1", {}, "Index"), h("p", { class: "muted" }, "What searches look through.")),
    problems, h("div", { class: "stack" }, state, versions, details));
  let watching = null;

  async function look() {
    try {
      const [facts, index, kept, models] = await Promise.all([
        status(),
        ask("/index", { signal }).catch((error) => { if (error.status === 503) return null; throw error; }),
        ask("/index/versions", { signal }), ask("/bundles", { signal })]);
      state.hidden = false;
      problems.replaceChildren(...(index?.problem ? [problemLine(new Error(index.problem))] : []));
      if (!watching) showWork(index?.job ?? null, facts);
      state.replaceChildren(...stateOf(facts, index), index ? work : "");
      details.hidden = !facts.albums;
      versions.hidden = kept.versions.length < 2;
      versions.replaceChildren(...versionsOf(kept.versions, makeLive));
      figures.replaceChildren(...figuresOf(facts, index));
      bundles.replaceChildren(...bundlesOf(models.bundles));
      if (index?.job?.phase === "running") watch();
    } catch (error) {
      if (isCancelled(error)) return;
      problems.replaceChildren(problemLine(error, () => { forgetFacts(); look(); }));
      state.hidden = versions.hidden = details.hidden = !state.childElementCount;
    }
  }
  async function makeLive(version, before) {
    try {
      await ask(`/index/versions/${version.version}/live`, { method: "POST" });
      note(`The index of ${dateOf(version)} is live.`, { undo: () => makeLive(before, version) });
    } catch (error) {
      note(error.message, { bad: true });
    }
    forgetFacts();
    await look();
  }
  function watch() {
    if (watching || signal.aborted) return;
    watching = new EventSource(fromRoot("/api/v1/index/rebuild/events"));
    const end = (event) => {
      watching.close();
      watching = null;
      if (event.data) showWork(JSON.parse(event.data));
      forgetFacts();
      look();
    };
    watching.addEventListener("progress", (event) => showWork(JSON.parse(event.data)));
    for (const last of ["done", "failed", "interrupted", "none"]) watching.addEventListener(last, end);
  }
  function showWork(job, facts = null) {
    work.replaceChildren(...workOf(job, facts, async () => {
      try {
        showWork(await ask("/index/rebuild", { method: "POST" }));
        watch();
      } catch (error) {
        note(error.message, { bad: true });
      }
    }));
  }
  const timer = setInterval(() => { if (!document.hidden) { forgetFacts(); look(); } }, LOOK_EVERY_MS);
  signal.addEventListener("abort", () => {
    clearInterval(timer);
    watching?.close();
  });
  await look();
}

function stateOf(facts, index) {
  const links = h("p", { class: "row-wrap" }, h("a", { class: "chip", href: "/duplicates" }, "Duplicates"), h("a", { class: "chip", href: "/docs" }, "HTTP API"),
    facts.has_report && h("a", { class: "chip", href: "/report/report.html", target: "_blank" }, "Report on the catalogue"));
  const report = !facts.has_report && facts.albums > 0 && h("p", { class: "muted small" }, prose("`sleeve report` writes a report on the catalogue, its genres and what the model gets wrong; it is then linked here."));
  if (!facts.albums) return [emptyState("Nothing here yet", "Add covers, and they can be searched at once.", h("a", { class: "button primary", href: "/queue" }, "Add covers")), links];
  if (!index) return [h("h2", { id: "state-title" }, "There is no index yet"), h("p", {}, prose("Run `sleeve index` to make one; then covers can be searched.")), links];
  const sentences = [
    facts.pending > 0 && `${count(facts.pending, "new cover")} cannot be found yet; bringing the index up to date takes them in.`,
    index.delta > 0 && `${count(index.delta, "newer cover")} ${index.delta === 1 ? "is" : "are"} searched next to it.`,
    index.tombstones > 0 && `${count(index.tombstones, "cover")} in it ${index.tombstones === 1 ? "was" : "were"} removed and ${index.tombstones === 1 ? "is" : "are"} left out.`,
    facts.texts.pending > 0 && `${count(facts.texts.pending, "cover")} ${facts.texts.pending === 1 ? "waits" : "wait"} to be read for the words on ${facts.texts.pending === 1 ? "it" : "them"}; the service does that by itself.`,
  ].filter(Boolean);
  return [
    h("h2", { id: "state-title" }, facts.pending ? "Not up to date" : "Up to date"),
    h("p", {}, `${count(facts.albums, "album")} with ${count(facts.covers, "cover")}. The index is from ${new Date(index.created_at).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" })} (${ago(index.age_s)}).`),
    ...sentences.map((text) => h("p", {}, text)), links, report || "",
  ];
}

function figuresOf(facts, index) {
  const shown = [
    ["Covers", facts.covers.toLocaleString("en"), facts.pending ? `${facts.pending.toLocaleString("en")} not embedded yet` : "all embedded"],
    ["Read", facts.texts.read.toLocaleString("en"), `${facts.texts.without_text.toLocaleString("en")} without words`],
    ["In the index", index ? index.count.toLocaleString("en") : "–", index && `${index.kind} search`],
    ["Finds", index ? percent(index.recall) : "–", index && `recall ${index.recall.toFixed(3)} against exact search`],
    ["Newer", index ? index.delta.toLocaleString("en") : "–", "searched next to it"],
    ["Removed", index ? index.tombstones.toLocaleString("en") : "–", "left out"],
    ["Model", index?.bundle ?? facts.model?.name ?? "–", facts.model && `${facts.model.dimension} numbers for each cover, seen at ${facts.model.input_size_px} px`],
  ];
  return shown.map(([name, value, more]) => h("div", { class: "figure" }, h("div", { class: "muted small" }, name), h("div", { class: "value num" }, value), more && h("div", { class: "muted small" }, more)));
}

function workOf(job, facts, rebuild) {
  const running = job?.phase === "running";
  const says = { running: job?.task, done: "The last work on it is done", failed: "The last work on it failed", interrupted: "The last work on it was interrupted; bringing it up to date goes on from there" };
  return [
    h("div", { class: "row-wrap" }, h("button", { type: "button", class: facts?.pending ? "primary" : null, disabled: running, onclick: rebuild }, running ? "Rebuilding …" : facts?.pending ? "Bring it up to date" : "Rebuild it"),
      h("span", { class: "muted small" }, "The present index answers until the new one has passed its check.")),
    job && h("p", { role: "status" }, says[job.phase], job.phase === "done" && ` (${ago((Date.now() - Date.parse(job.updated_at)) / 1000)}).`,
      running && job.total > 0 && h("span", { class: "num muted" }, ` ${job.done.toLocaleString("en")} of ${job.total.toLocaleString("en")}`)),
    running && h("progress", { max: Math.max(1, job.total), value: job.done, "aria-label": job.task }),
    job?.detail && h("p", { class: "muted small" }, job.detail),
  ].filter(Boolean);
}

function versionsOf(versions, makeLive) {
  const live = versions.find((one) => one.live);
  const rows = versions.map((one) => h("tr", {},
    h("td", {}, h("span", { class: "num" }, dateOf(one)), h("div", { class: "muted small" }, one.bundle)),
    h("td", { class: "num" }, one.count.toLocaleString("en")), h("td", { class: "num" }, percent(one.recall)),
    h("td", {}, one.live ? h("span", { class: "live" }, "live") : h("button", { type: "button", "aria-label": `Make the index of ${dateOf(one)} live`, onclick: () => makeLive(one, live) }, "Make live"))));
  return [h("h2", { id: "versions-title" }, "Versions"), h("p", { class: "muted small" }, "The index before this one is kept, in case answers got worse. No album is lost or comes back by changing it."),
    table(["Built", "Covers", "Finds", ""], rows, "Index versions")];
}

function bundlesOf(bundles) {
  const rows = bundles.map((one) => h("tr", {}, h("td", {}, one.name, one.reads_text && h("div", { class: "muted small" }, "reads text")), h("td", { class: "num" }, one.dimension), h("td", { class: "num" }, one.vectors.toLocaleString("en")), h("td", {}, one.live ? h("span", { class: "live" }, "live") : "")));
  return [h("h3", { id: "bundles-title" }, "Models"), h("p", { class: "muted small" }, prose("`sleeve bundles use NAME` switches to another.")), table(["Model", "Numbers", "Covers embedded", ""], rows, "Models")];
}

function dateOf(version) {
  return new Date(version.created_at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });
}

function table(heads, rows, label) {
  return h("div", { class: "table", tabindex: 0, role: "region", "aria-label": label }, h("table", {}, h("thead", {}, h("tr", {}, heads.map((head) => head ? h("th", { scope: "col" }, head) : h("td", {})))), h("tbody", {}, rows)));
}
