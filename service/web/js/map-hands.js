// Moving over the map by mouse, fingers and keys.

const CLICK_PX = 5;
const KEY_PAN_PX = 80;
const KEY_ZOOM = 1.5;
const SECOND_CLICK_MS = 260;

/** Calls `moved()`, `pointed(left, top, byTouch)`, `left()` and `pressed(left, top, byTouch)`; positions in CSS pixels. */
export function installHands(canvas, camera, { moved, pointed, left, pressed, reset }, signal) {
  const fingers = new Map();
  let travelled = 0;
  let click = 0;
  const on = (name, listener, options = {}) => canvas.addEventListener(name, listener, { signal, ...options });
  on("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    if (!fingers.size) travelled = 0;
    fingers.set(event.pointerId, [event.offsetX, event.offsetY]);
  });
  on("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    const now = [event.offsetX, event.offsetY];
    if (!before) return pointed(...now, false);
    const others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    fingers.set(event.pointerId, now);
    travelled += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (others.length) pinch(camera, before, now, others[0]);
    else if (travelled > CLICK_PX) camera.pan(now[0] - before[0], now[1] - before[1]);
    if (travelled > CLICK_PX) {
      left();
      moved();
    }
  });
  const up = (event) => {
    const alone = fingers.size === 1;
    fingers.delete(event.pointerId);
    if (event.type !== "pointerup" || !alone || travelled > CLICK_PX) return;
    const [left, top, byTouch] = [event.offsetX, event.offsetY, event.pointerType !== "mouse"];
    clearTimeout(click);
    // A second click makes it a zoom.
    if (byTouch) pressed(left, top, true);
    else click = setTimeout(() => { if (!signal.aborted) pressed(left, top, false); }, SECOND_CLICK_MS);
  };
  on("pointerup", up);
  on("pointercancel", up);
  on("pointerleave", (event) => { if (event.pointerType === "mouse") left(); });
  on("wheel", (event) => {
    event.preventDefault();
    const perStep = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 0.05 : 0.0016;
    camera.zoomAt(Math.exp(-event.deltaY * perStep * (event.ctrlKey ? 4 : 1)), event.offsetX, event.offsetY);
    left();
    moved();
  }, { passive: false });
  on("dblclick", (event) => { clearTimeout(click); camera.zoomAt(2, event.offsetX, event.offsetY); moved(); });
  on("keydown", (event) => {
    const middle = [camera.width / 2, camera.height / 2];
    const actions = {
      ArrowLeft: () => camera.pan(KEY_PAN_PX, 0), ArrowRight: () => camera.pan(-KEY_PAN_PX, 0),
      ArrowUp: () => camera.pan(0, KEY_PAN_PX), ArrowDown: () => camera.pan(0, -KEY_PAN_PX),
      "+": () => camera.zoomAt(KEY_ZOOM, ...middle), "=": () => camera.zoomAt(KEY_ZOOM, ...middle),
      "-": () => camera.zoomAt(1 / KEY_ZOOM, ...middle), 0: reset,
    };
    if (event.key === "Enter") return pressed(...middle, false);
    if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    actions[event.key]();
    moved();
    pointed(...middle, true);
  });
}

function pinch(camera, before, now, other) {
  const [was, is] = [before, now].map(([x, y]) => Math.hypot(x - other[0], y - other[1]));
  camera.zoomAt(is / Math.max(1, was), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
  camera.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
}
