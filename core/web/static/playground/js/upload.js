// Upload a photo to the shop, and show its state until it is indexed.

import { get, idempotencyKey, post } from "./api.js";
import { byId, el, sentence } from "./dom.js";
import { watchShop } from "./shop.js";

const FIRST_POLL_MS = 400;
const MAX_POLL_MS = 5_000;
const POLL_TIMEOUT_MS = 180_000;
const CAMERAS = /^(img|dsc|dscn|pxl|photo|image|picture|screenshot)$/i;
const STATE_TEXTS = {
  sending: "sending",
  pending: "waiting for the encoder",
  indexed: "indexed, can be found",
  failed: "not indexed",
  slow: "still waiting; it will be indexed later",
};

/** Set up the form; `search` is called with the name of an indexed photo. */
export function setUpUpload(search) {
  byId("photo").addEventListener("change", showChosenPhoto);
  byId("add").addEventListener("submit", (event) => {
    event.preventDefault();
    send(new FormData(event.target), search);
    event.target.reset();
    showChosenPhoto();
  });
}

/** Put dropped files into the form. */
export function offerUpload(files) {
  byId("photo").files = files;
  showChosenPhoto();
  byId("photo-name").select();
}

function showChosenPhoto() {
  const file = byId("photo").files[0];
  const preview = byId("preview");
  URL.revokeObjectURL(preview.src);
  preview.hidden = !file;
  byId("photo-label").hidden = Boolean(file);
  if (!file) return preview.removeAttribute("src");
  preview.src = URL.createObjectURL(file);
  preview.alt = file.name;
  byId("photo-name").value ||= nameFrom(file.name);
}

/** Guess a name: "linen-shirt_02.jpg" becomes "Linen shirt 02"; "IMG_2041.jpg" gives none. */
export function nameFrom(fileName) {
  const words = fileName.replace(/\.[^.]+$/, "").replace(/[-_]+/g, " ").trim();
  const isMeaningful = words.split(" ").some((word) => /^\p{L}{3,}$/u.test(word) && !CAMERAS.test(word));
  return isMeaningful ? sentence(words) : "";
}

async function send(form, search, once = idempotencyKey()) {
  if (!form.get("category")) form.delete("category");
  const row = rowFor(form.get("name"));
  try {
    const image = await post("images/", form, { extra: once });
    row.showPhoto(image.photo_url);
    watchShop().catch(() => {});
    await follow(image, row, search);
  } catch (problem) {
    const detail = [problem.message, ...(problem.fieldMessages ?? [])].join(" ");
    row.show("failed", detail, "Try again", () => { row.remove(); send(form, search, once); });
  }
}

async function follow(image, row, search) {
  const end = Date.now() + POLL_TIMEOUT_MS;
  let pause = FIRST_POLL_MS;
  while (image.index_state === "pending" && Date.now() < end) {
    row.show("pending");
    await new Promise((resolve) => { window.setTimeout(resolve, pause); });
    pause = Math.min(pause * 1.4, MAX_POLL_MS);
    image = await get(`images/${image.id}/`);
  }
  watchShop().catch(() => {});
  if (image.index_state === "indexed") row.show("indexed", "", "Search for it", () => search(image.name));
  else if (image.index_state === "failed") row.show("failed", image.index_error?.detail);
  else row.show("slow");
}

function rowFor(name) {
  const thumb = el("span", { class: "thumb" });
  const state = el("span", { class: "state" });
  const button = el("button", { type: "button", class: "quiet", hidden: true });
  const row = el("li", {}, thumb, el("span", { class: "added-name", text: name }), state, button);
  byId("added").prepend(row);
  const show = (kind, detail, actionName, act) => {
    const text = detail || STATE_TEXTS[kind];
    if (state.textContent !== text) state.textContent = text;
    row.dataset.state = kind;
    button.hidden = !act;
    button.textContent = actionName ?? "";
    button.onclick = act ?? null;
  };
  show("sending");
  return { show, remove: () => row.remove(), showPhoto: (src) => thumb.append(el("img", { src, alt: "" })) };
}
