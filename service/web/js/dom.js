// Building elements. Text becomes text nodes, never markup, so nothing that data says can become part of the page.

import { fromRoot } from "./root.js";

const ICONS = {
  search: "M11 4a7 7 0 1 0 0 14a7 7 0 1 0 0-14M16 16l5 5",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M9 9h.01",
  camera: "M4 8h3l2-3h6l2 3h3v11H4zM12 10a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7",
  more: "M12 20s-8-4.6-8-10.2A4.3 4.3 0 0 1 12 7a4.3 4.3 0 0 1 8 2.8C20 15.400 12 20 12 20z",
  less: "M5 5l14 14M19 5L5 19",
  similar: "M4 4h9v9H4zM11 11h9v9h-9z",
  twins: "M3 6h12v12H3zM9 3h12v12",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  bin: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  pin: "M12 21s7-6.500 7-11.500a7 7 0 1 0-14 0C5 14.500 12 21 12 21zM12 7.500a2 2 0 1 0 0 4a2 2 0 1 0 0-4",
  sun: "M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.400 1.400M17.600 17.600L19 19M19 5l-1.400 1.400M6.400 17.600L5 19",
  moon: "M20 14.500A8.500 8.500 0 1 1 9.500 4a7 7 0 0 0 10.500 10.500z",
  dots: "M5 12h.01M12 12h.01M19 12h.01",
  save: "M12 4v11M7 11l5 5 5-5M4 20h16",
  list: "M4 6h16M4 12h16M4 18h16",
  grid: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  wall: "M4 4h4v4H4zM10 4h4v4h-4zM16 4h4v4h-4zM4 10h4v4H4zM10 10h4v4h-4zM16 10h4v4h-4zM4 16h4v4H4zM10 16h4v4h-4zM16 16h4v4h-4z",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  out: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  lasso: "M12 4c5 0 9 2.500 9 6s-4 6-9 6-9-2.500-9-6 4-6 9-6M8 15c-1 2-1 4-4 5",
  check: "M5 12.500l4.500 4.500L19 7.500",
};

/** An element: `h("p", {class: "muted", onclick: go, hidden: true}, "text", child)`; null children are left out.
 * A link that begins with a slash is an address of the app. */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else if (name === "href" && value.startsWith("/")) element.setAttribute(name, fromRoot(value));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** One of the icons above, hidden from screen readers: the button or link around it has the words. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  return svg;
}

/** A button with an icon only; `label` is what it does. */
export function iconButton(name, label, onclick, props = {}) {
  return h("button", { type: "button", "aria-label": label, title: label, ...props, class: `icon-only ${props.class ?? ""}`, onclick }, icon(name));
}

/** A link that looks like such a button. */
export function iconLink(name, label, href) {
  return h("a", { class: "button icon-only", href, "aria-label": label, title: label }, icon(name));
}

/** Replace what an element holds; a field that had the focus has it still, with what was typed since its form was sent. */
export function replaceKeepingFocus(element, ...children) {
  const before = element.contains(document.activeElement) ? document.activeElement : null;
  element.replaceChildren(...children);
  const field = before?.name ? element.querySelector(`[name="${CSS.escape(before.name)}"]`) : null;
  if (!field) return;
  field.focus({ preventScroll: true });
  if (before.type !== "search" || (!("typed" in before.dataset) && !before.closest(".first"))) return;
  field.value = before.value;
  field.dataset.typed = "";
  if (before.selectionStart !== null) field.setSelectionRange(before.selectionStart, before.selectionEnd);
}

/** Notes which fields were typed in since their form was sent. */
export function installTyping() {
  document.addEventListener("input", ({ target }) => { target.dataset.typed = ""; });
  document.addEventListener("submit", ({ target }) => { for (const field of target.elements) delete field.dataset.typed; });
}

/** Text as nodes; what is in `backticks` is something to type. */
export function prose(text) {
  return text.split("`").map((part, place) => (place % 2 ? h("code", {}, part) : part));
}
