// A preview of a photo that is no image of the shop yet: added as one, or saved.

import { idempotencyKey, post, Problem } from "../api.js";
import { byId, el } from "../dom.js";
import { action } from "../notices.js";
import { saveFile } from "../downloads.js";
import { nameFrom } from "../upload.js";

/** The form that adds a preview, and the button that saves it; `attempt` says what goes wrong. */
export function keeping({ after }, { name }, attempt) {
  const once = idempotencyKey();
  const field = el("input", { name: "name", required: true, maxlength: "200", autocomplete: "off", value: nameFrom(name), placeholder: "Linen shirt, sand" });
  const form = el("form", { class: "keeping", on: { submit: (event) => {
    event.preventDefault();
    attempt(async () => {
      const added = await add(after.photo_url, field.value, once);
      form.remove();
      byId("deeds-note").textContent = `${added.name} is in your shop now, and is found once it is embedded.`;
    });
  } } },
  el("label", {}, "Name", field), el("button", { type: "submit", text: "Add to the catalogue" }));
  const save = () => attempt(async () => saveFile(await bytesOf(after.photo_url), `${name.replace(/\.[^.]+$/, "")}-enhanced.jpg`));
  return [form, action("Save", save)];
}

async function add(address, name, once) {
  const form = new FormData();
  form.append("photo", await bytesOf(address), "enhanced.jpg");
  form.append("name", name);
  return post("images/", form, { extra: once });
}

async function bytesOf(address) {
  const response = await fetch(address).catch(() => null);
  if (!response?.ok) throw new Problem({ detail: "The preview cannot be read any more; make it again." });
  return response.blob();
}
