// The index: the live version, a rebuild while it runs, all versions and bundles.

import { ask, isCancelled } from "../api.js";
import { h, prose } from "../dom.js";
import { forgetFacts, status } from "../facts.js";
import { ago, count } from "../naming.js";
import { note, problemLine } from "../notes.js";
import { fromRoot } from "../root.js";
import { setTitle } from "../router.js";

const LOOK_EVERY_MS = 5000;

export async function show(main, { signal }) {
  setTitle("Index");
  forgetFacts();
  const figures = h("div", { class: "figures" });
  const work = h("section", { class: "panel stack", "aria-labelledby": "work-title" });
  const versions = h("section", { class: "panel stack", "aria-labelledby": "versions-title" });
  const bundles = h("section", { class: "panel stack", "aria-labelledby": "bundles-title" });
  const problems = h("div", { class: "stack" });
  main.replaceChildren(h("div", { class: "page-head" }, h("h1", {}, "Index"), h("p", { class: "muted" }, "The index that answers searches, and what has changed since it was built.")),
    problems, figures, work, h("div", { class: "columns" }, versions, bundles));
  let watching = null;

  async function look() {
    try {
      const [facts, index] = await Promise.all([status(), ask("/index", { signal }).catch((error) => {
        if (error.status === 503) return null;
        throw error;
      })]);
      figures.replaceChildren(...figuresOf(facts, index));
      problems.replaceChildren(...(index?.problem ? [problemLine(new Error(index.problem))] : []));
      if (!watching) showWork(index?.job ?? null);
      if (index?.job?.phase === "running") watch();
    } catch (error) {
      if (!isCancelled(error)) problems.replaceChildren(problemLine(error, look));
    }
  }
  async function lookAtLists() {
    await Promise.all([fill(versions, versionsOf), fill(bundles, bundlesOf)]);
  }
  async function fill(section, make) {
    try {
      section.replaceChildren(...(await make(signal, after)));
    } catch (error) {
      if (!isCancelled(error)) section.replaceChildren(problemLine(error, () => fill(section, make)));
    }
  }
  async function after(text) {
    note(text);
    forgetFacts();
    await Promise.all([look(), lookAtLists()]);
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
      lookAtLists();
    };
    watching.addEventListener("progress", (event) => showWork(JSON.parse(event.data)));
    for (const last of ["done", "failed", "interrupted", "none"]) watching.addEventListener(last, end);
  }
  function showWork(job) {
    work.replaceChildren(...workOf(job, async () => {
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
  await Promise.all([look(), lookAtLists()]);
}

function figuresOf(facts, index) {
  const shown = [
    ["Albums", facts.albums.toLocaleString("en")],
    ["Covers", facts.covers.toLocaleString("en"), facts.pending ? `${facts.pending} not embedded yet` : facts.covers > 0 && "all embedded"],
    ["Texts", facts.texts.read.toLocaleString("en"), facts.texts.pending ? `${facts.texts.pending} covers not read yet` : facts.covers > 0 && "all covers read"],
    ["Index", index ? index.count.toLocaleString("en") : "none", index && `vectors, ${index.kind}`],
    ["Recall", index ? index.recall.toFixed(3) : "–", "against exact search"],
    ["Added since", index ? index.delta.toLocaleString("en") : "–", "vectors, searched too"],
    ["Removed since", index ? index.tombstones.toLocaleString("en") : "–", "vectors, left out"],
    ["Built", index ? ago(index.age_s) : "–"],
    ["Bundle", index?.bundle ?? facts.model?.name ?? "–", facts.model && `${facts.model.dimension} dimensions, ${facts.model.input_size_px} px`],
  ];
  return shown.map(([name, value, more]) => h("div", { class: "figure" }, h("div", { class: "muted small" }, name), h("div", { class: "value num" }, value), more && h("div", { class: "muted small" }, more)));
}

function workOf(job, rebuild) {
  const running = job?.phase === "running";
  const says = { running: "Running", done: "Done", failed: "Failed", interrupted: "Interrupted" };
  return [
    h("div", { class: "spread" }, h("h2", { id: "work-title" }, "Work"),
      h("button", { type: "button", disabled: running, onclick: rebuild }, running ? "Rebuilding …" : "Rebuild the index")),
    job ? h("p", { role: "status" }, h("strong", {}, says[job.phase]), job.phase === "done" ? ` ${ago((Date.now() - Date.parse(job.updated_at)) / 1000)}` : `: ${job.task}`,
      running && job.total > 0 && h("span", { class: "num muted" }, ` ${job.done.toLocaleString("en")} of ${job.total.toLocaleString("en")}`))
      : h("p", { class: "muted" }, "No rebuild has run yet. A rebuild embeds new covers and makes a new index. The present one answers until the new one has passed its recall check."),
    running && h("progress", { max: Math.max(1, job.total), value: job.done, "aria-label": job.task }),
    job?.detail && h("p", { class: "muted small" }, job.detail),
  ].filter(Boolean);
}

async function versionsOf(signal, after) {
  const { versions } = await ask("/index/versions", { signal });
  const rollBack = async () => {
    try {
      const index = await ask("/index/rollback", { method: "POST" });
      await after(`${index.version} is live again.`);
    } catch (error) {
      note(error.message, { bad: true });
    }
  };
  const rows = versions.map((one) => h("tr", {},
    h("td", {}, h("span", { class: "num" }, new Date(one.created_at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })), h("div", { class: "muted small" }, `${one.bundle}, ${one.kind}`)),
    h("td", { class: "num" }, one.count.toLocaleString("en")), h("td", { class: "num" }, one.recall.toFixed(3)), h("td", {}, one.live ? h("span", { class: "live" }, "live") : "")));
  return [
    h("div", { class: "spread" }, h("h2", { id: "versions-title" }, "Versions"), h("button", { type: "button", disabled: versions.length < 2, onclick: rollBack }, "Roll back")),
    versions.length ? table(["Built", "Vectors", "Recall", ""], rows, "Index versions") : h("p", { class: "muted" }, prose("None yet: run `sleeve index`.")),
  ];
}

async function bundlesOf(signal) {
  const { bundles } = await ask("/bundles", { signal });
  const rows = bundles.map((one) => h("tr", {}, h("td", {}, one.name, one.reads_text && h("div", { class: "muted small" }, "reads text")), h("td", { class: "num" }, one.dimension), h("td", { class: "num" }, one.vectors.toLocaleString("en")), h("td", {}, one.live ? h("span", { class: "live" }, "live") : "")));
  return [h("h2", { id: "bundles-title" }, "Bundles"), h("p", { class: "muted small" }, prose(`${count(bundles.length, "model")}; \`sleeve bundles use NAME\` switches to another.`)), table(["Bundle", "Dimensions", "Vectors", ""], rows, "Bundles")];
}

function table(heads, rows, label) {
  return h("div", { class: "table", tabindex: 0, role: "region", "aria-label": label }, h("table", {}, h("thead", {}, h("tr", {}, heads.map((head) => head ? h("th", { scope: "col" }, head) : h("td", {})))), h("tbody", {}, rows)));
}
