// Controls for the preview of a photo that is not in the catalogue: add it to the shop, or save it.

import { idempotencyKey, post, Problem } from "../api.js";
import { byId, el } from "../dom.js";
import { action } from "../notices.js";
import { saveFile } from "../downloads.js";
import { nameFrom } from "../upload.js";

/** Make the form that adds a preview and the button that saves it; `runAction` shows errors. */
export function previewControls({ after }, { name }, runAction) {
  const once = idempotencyKey();
  const field = el("input", { name: "name", required: true, maxlength: "200", autocomplete: "off", value: nameFrom(name), placeholder: "Linen shirt, sand" });
  const form = el("form", { class: "keeping", on: { submit: (event) => {
    event.preventDefault();
    runAction(async () => {
      const added = await add(after.photo_url, field.value, once);
      form.remove();
      byId("deeds-note").textContent = `${added.name} is in your shop now, and can be found once it is embedded.`;
    });
  } } },
  el("label", {}, "Name", field), el("button", { type: "submit", text: "Add to the catalogue" }));
  const save = () => runAction(async () => saveFile(await bytesOf(after.photo_url), `${name.replace(/\.[^.]+$/, "")}-enhanced.jpg`));
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
  if (!response?.ok) throw new Problem({ detail: "The preview is no longer available. Make it again." });
  return response.blob();
}
