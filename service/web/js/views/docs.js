// The HTTP API for people: every route with what it takes and answers, from the service's own description.

import { ask, isCancelled } from "../api.js";
import { h, prose } from "../dom.js";
import { problemLine } from "../notes.js";
import { fromRoot } from "../root.js";
import { again, setTitle } from "../router.js";

const METHODS = ["get", "post", "put", "patch", "delete"];

export async function show(main, { signal }) {
  setTitle("HTTP API");
  const list = h("div", { class: "stack", "aria-busy": "true" });
  main.replaceChildren(
    h("div", { class: "page-head" }, h("h1", {}, "HTTP API"),
      h("p", { class: "muted" }, "Everything that this app does, other programs can do too. ", h("a", { href: "/api/v1/openapi.json" }, "The same for programs (OpenAPI)"))), list);
  try {
    const document = await ask("/openapi.json", { signal });
    const routes = Object.entries(document.paths).flatMap(([path, methods]) => METHODS.filter((method) => methods[method]).map((method) => ({ path, method, ...methods[method] })));
    const tags = [...new Set(routes.flatMap((route) => route.tags?.[0] ?? "others"))];
    list.replaceChildren(
      h("nav", { class: "chips", "aria-label": "Groups" }, tags.map((tag) => h("a", { class: "chip", href: `#${tag}` }, tag))),
      ...tags.map((tag) => h("section", { class: "stack", "aria-labelledby": tag }, h("h2", { id: tag, tabindex: -1 }, tag), routes.filter((route) => (route.tags?.[0] ?? "others") === tag).map((route) => routePanel(route, document)))));
  } catch (error) {
    if (!isCancelled(error)) list.replaceChildren(problemLine(error, again));
  } finally {
    list.removeAttribute("aria-busy");
  }
}

function routePanel(route, document) {
  const answers = Object.entries(route.responses ?? {}).filter(([status]) => status < "300");
  return h("details", { class: "panel route" },
    h("summary", {}, h("code", { class: `method ${route.method}` }, route.method.toUpperCase()), " ", h("code", {}, route.path), " ", h("span", { class: route.deprecated ? "muted struck" : "muted" }, route.summary)),
    h("div", { class: "stack" },
      route.description && h("p", {}, prose(route.description)),
      route.parameters?.length > 0 && table(["Parameter", "Where", "What", "Type"], route.parameters.map((one) => [h("code", {}, one.name), one.in, prose(one.description ?? one.schema?.description ?? ""), typeOf(one.schema, document)])),
      Object.entries(route.requestBody?.content ?? {}).map(([kind, { schema }]) => fieldsOf(`Send as ${kind}`, schema, document)),
      answers.flatMap(([status, { description, content }]) => Object.entries(content ?? {}).map(([kind, { schema }]) => fieldsOf(`Answer ${status}: ${kind}`, schema, document, description))),
      h("p", {}, h("code", { class: "sample" }, sampleOf(route, document)))));
}

function sampleOf({ method, path, requestBody }, document) {
  const address = `${location.origin}${fromRoot(path)}`;
  const json = requestBody?.content?.["application/json"]?.schema;
  const example = json && (resolved(json, document).examples ?? json.examples)?.[0];
  if (requestBody?.content?.["multipart/form-data"] && !example) return `curl -F image=@photo.jpg ${address}`;
  const sent = example ? ` --json '${JSON.stringify(example)}'` : "";
  return `curl${method === "get" || (method === "post" && sent) ? "" : ` -X ${method.toUpperCase()}`}${sent} ${address}`;
}

function fieldsOf(title, schema, document, description = "") {
  const { properties, required = [] } = resolved(schema ?? {}, document);
  if (!properties) return h("p", { class: "small muted" }, title, description && `: ${description}`);
  return h("div", {}, h("h3", {}, title), table(["Field", "", "What", "Type"], Object.entries(properties).map(([name, field]) => [h("code", {}, name), required.includes(name) ? "" : "optional", prose(field.description ?? ""), typeOf(field, document)])));
}

function table(heads, rows) {
  return h("div", { class: "table", tabindex: 0, role: "region", "aria-label": heads[0] }, h("table", {}, h("thead", {}, h("tr", {}, heads.map((head) => (head ? h("th", { scope: "col" }, head) : h("td", {}))))), h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell)))))));
}

function typeOf(schema, document) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").at(-1).replace(/Schema$/, "");
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(one, document)).join(" or ");
  if (schema.type === "array") return `list of ${typeOf(schema.items, document) || "values"}`;
  return schema.enum?.join(", ") ?? schema.format ?? schema.type ?? "";
}

function resolved(schema, document) {
  return schema.$ref ? document.components.schemas[schema.$ref.split("/").at(-1)] : schema;
}
