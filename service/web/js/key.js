// The API key of a service that needs one for writes; kept until the tab is closed.

import { h } from "./dom.js";

const NAME = "api-key";
let asking = null;

export function keyHeaders() {
  const key = sessionStorage.getItem(NAME);
  return key ? { "X-API-Key": key } : {};
}

/** Ask for the key; whether one was given. Several writes that wait share one question. */
export function askForKey() {
  asking ??= opened().finally(() => { asking = null; });
  return asking;
}

function opened() {
  const wrong = sessionStorage.getItem(NAME) !== null;
  const field = h("input", { type: "password", name: "key", autocomplete: "off", required: true });
  const dialog = h("dialog", { "aria-labelledby": "key-title" },
    h("form", { method: "dialog" },
      h("h2", { id: "key-title" }, wrong ? "That key is not right. Try another" : "This service needs a key for changes"),
      h("p", { class: "muted small" }, "The browser keeps it until you close this tab."),
      h("label", {}, "API key", field),
      h("div", { class: "row" },
        h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"),
        h("button", { class: "primary", value: "use" }, "Use it"))));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => {
    const given = dialog.returnValue === "use" && field.value !== "";
    if (given) sessionStorage.setItem(NAME, field.value);
    dialog.remove();
    resolve(given);
  }));
}
