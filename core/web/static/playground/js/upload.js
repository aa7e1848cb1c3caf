// A photo into the shop, followed until it can be found.

import { get, idempotencyKey, post } from "./api.js";
import { byId, el, sentence } from "./dom.js";
import { watchShop } from "./shop.js";

const FIRST_LOOK = 400;
const LAST_LOOK = 5_000;
const PATIENCE = 180_000;
const CAMERAS = /^(img|dsc|dscn|pxl|photo|image|picture|screenshot)$/i;
const SAYINGS = {
  sending: "sending",
  pending: "waiting for the encoder",
  indexed: "ready to be found",
  failed: "not indexed",
  slow: "still waiting; it is indexed in its turn",
};

/** Wire the form; `ask` is called with the name of a photo to look for. */
export function setUpUpload(ask) {
  byId("photo").addEventListener("change", showChosenPhoto);
  byId("add").addEventListener("submit", (event) => {
    event.preventDefault();
    send(new FormData(event.target), ask);
    event.target.reset();
    showChosenPhoto();
  });
}

/** Take dropped files as if they had been chosen. */
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

/** "linen-shirt_02.jpg" is most likely "Linen shirt 02"; "IMG_2041.jpg" says nothing. */
export function nameFrom(fileName) {
  const words = fileName.replace(/\.[^.]+$/, "").replace(/[-_]+/g, " ").trim();
  const saysSomething = words.split(" ").some((word) => /^\p{L}{3,}$/u.test(word) && !CAMERAS.test(word));
  return saysSomething ? sentence(words) : "";
}

async function send(form, ask, once = idempotencyKey()) {
  if (!form.get("category")) form.delete("category");
  const row = rowFor(form.get("name"));
  try {
    const image = await post("images/", form, { extra: once });
    row.showPhoto(image.photo_url);
    watchShop().catch(() => {});
    await follow(image, row, ask);
  } catch (problem) {
    const detail = [problem.message, ...(problem.fieldMessages ?? [])].join(" ");
    row.show("failed", detail, "Try again", () => { row.remove(); send(form, ask, once); });
  }
}

async function follow(image, row, ask) {
  const end = Date.now() + PATIENCE;
  let pause = FIRST_LOOK;
  while (image.index_state === "pending" && Date.now() < end) {
    row.show("pending");
    await new Promise((resolve) => { window.setTimeout(resolve, pause); });
    pause = Math.min(pause * 1.4, LAST_LOOK);
    image = await get(`images/${image.id}/`);
  }
  watchShop().catch(() => {});
  if (image.index_state === "indexed") row.show("indexed", "", "Ask for it", () => ask(image.name));
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
    const said = detail || SAYINGS[kind];
    if (state.textContent !== said) state.textContent = said;
    row.dataset.state = kind;
    button.hidden = !act;
    button.textContent = actionName ?? "";
    button.onclick = act ?? null;
  };
  show("sending");
  return { show, remove: () => row.remove(), showPhoto: (src) => thumb.append(el("img", { src, alt: "" })) };
}
