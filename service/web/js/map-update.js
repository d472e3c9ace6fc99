// Drawing the map: asked for here, done by the service, waited for.

import { ask, isCancelled } from "./api.js";
import { h } from "./dom.js";
import { forgetFacts } from "./facts.js";
import { note } from "./notes.js";
import { again } from "./router.js";

const LOOK_EVERY_MS = 1500;

/** A button that has the map drawn, and shows it when that is done. */
export function drawButton(text, signal) {
  const button = h("button", { type: "button", onclick: async () => {
    try {
      await ask("/map", { method: "POST" });
    } catch (error) {
      if (error.status !== 409) return note(error.message, { bad: true });
    }
    button.disabled = true;
    button.textContent = "Drawing the map …";
    return wait(signal);
  } }, text);
  return button;
}

async function wait(signal) {
  const before = await drawnAt(signal);
  while (!signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    try {
      const { drawing } = await ask("/map/work", { signal });
      const now = await drawnAt(signal);
      if (now !== before) {
        forgetFacts();
        return again();
      }
      if (!drawing) {
        if ((await drawnAt(signal)) === before) note("The map could not be drawn; the log of the service says why.", { bad: true });
        return again();
      }
    } catch (error) {
      if (isCancelled(error)) return undefined;
    }
  }
  return undefined;
}

async function drawnAt(signal) {
  return (await ask("/map", { signal }).catch(() => null))?.created_at ?? null;
}
