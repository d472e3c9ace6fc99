// What the camera sees, for people who came to take a photo: one press searches with it.

import { h, icon, iconButton } from "./dom.js";
import { searchWith } from "./intake.js";
import { note } from "./notes.js";
import { still } from "./picture-files.js";

/** The camera at the back where there are two, and as much of its picture as a search can use. */
const WANTED = { video: { facingMode: "environment", width: { ideal: 2560 }, height: { ideal: 1440 } } };

/** Open the camera; where it cannot be opened, say why. `signal` ends when the page is left. */
export async function openViewfinder(signal) {
  const stream = await camera().catch((error) => note(error.message, { bad: true }));
  if (!stream) return;
  const video = h("video", { autoplay: true, playsinline: true, "aria-label": "What the camera sees" });
  video.muted = true;
  video.srcObject = stream;
  const close = () => dialog.close();
  const take = async () => {
    if (!video.videoWidth) return;
    const photo = await still(video, "photo.jpg");
    close();
    searchWith(photo);
  };
  const dialog = h("dialog", { class: "lightbox", "aria-label": "Take a photo of a cover", onclose: () => {
    stream.getTracks().forEach((track) => track.stop());
    dialog.remove();
  } },
    video,
    h("div", { class: "spread" }, h("span", { class: "small" }, "Fill the picture with the cover"),
      h("button", { type: "button", class: "primary", autofocus: true, onclick: take }, icon("camera"), "Search with this"),
      iconButton("close", "Close the camera", close)));
  if (signal.aborted) return stream.getTracks().forEach((track) => track.stop());
  signal.addEventListener("abort", close, { once: true });
  document.body.append(dialog);
  dialog.showModal();
}

async function camera() {
  const otherwise = "Press “Take a photo” or choose a picture.";
  if (!navigator.mediaDevices) throw new Error(`Browsers open the camera for pages over https only. ${otherwise}`);
  try {
    return await navigator.mediaDevices.getUserMedia(WANTED);
  } catch (error) {
    throw new Error(`${error.name === "NotAllowedError" ? "This page may not use the camera; the browser's settings can allow it." : "No camera could be opened."} ${otherwise}`);
  }
}
