// Cards of the wardrobe: photo, tags and their correction.

import { count, el, send, sentence } from "../dom.js";
import { photo } from "../product.js";
import { correctionForm } from "./correction_form.js";
import { confirmButton } from "./confirmation.js";
import { TAGS } from "./vocabulary.js";

const STATES = { pending: "Being tagged", failed: "Not tagged" };
const GARMENT_NOTES = {
  none: "No garment was recognised. Check the tags, or take the photo again in front of a plain background.",
  several: "There seem to be several garments here, and the tags may mix them. Use one garment per photo.",
};

/** Return the garment's name, or else its colour and type. */
export function titleOf({ name, tags, state }) {
  const seen = [tags.primary_colour?.value, tags.type?.value].filter(Boolean).join(" ");
  return name || sentence(seen) || STATES[state] || "Garment";
}

/** Make a card; it dispatches `save` with the corrected garment, and `takeout` with the id of a garment to remove. */
export function garmentCard(item) {
  const title = titleOf(item);
  const node = el("li", { class: "card garment", dataset: { garment: item.id, state: item.state } },
    el("div", { class: "tile" }, photo({ ...item, name: title }), badge(item)),
    el("h3", { text: title }),
    item.state === "failed" && el("p", { class: "stock", text: item.problem?.detail }),
    GARMENT_NOTES[item.garments_seen] && el("p", { class: "sight", text: GARMENT_NOTES[item.garments_seen] }),
    item.state === "done" && el("ul", { class: "tags", "aria-label": `Tags of ${title}` }, ...TAGS.map((tag) => chip(tag, item.tags[tag]))),
    item.state === "done" && correction(item, title, (saved) => send(node, "save", saved)),
    item.state !== "pending" && confirmButton({
      text: "Remove", label: `Remove ${title}`, question: `Remove ${title} and its photo?`, yes: "Remove it", act: () => send(node, "takeout", item.id),
    }));
  return node;
}

/** Make a card for a photo being sent; `refuse` shows why it failed, with actions. */
export function sendingCard(file) {
  const src = URL.createObjectURL(file);
  const badgeNode = el("span", { class: "badge", dataset: { kind: "pending" }, text: "Sending" });
  const node = el("li", { class: "card garment" },
    el("div", { class: "tile" }, el("img", { src, alt: file.name, class: "fits", on: { load: () => URL.revokeObjectURL(src), error: ({ target }) => target.closest(".tile").classList.add("is-lost") } }), badgeNode),
    el("h3", { text: file.name }));
  const refuse = (reasons, actions) => {
    badgeNode.dataset.kind = "failed";
    badgeNode.textContent = "Not added";
    node.append(el("div", { class: "refusal", role: "alert" }, ...reasons.map((text) => el("p", { class: "stock", text })), el("div", { class: "actions" }, ...actions)));
  };
  return { node, refuse };
}

function badge({ state, unsure }) {
  const text = STATES[state] ?? (unsure.length ? `${unsure.length} unsure` : "");
  return text && el("span", { class: "badge", dataset: { kind: state === "done" ? "weak" : state }, text });
}

function chip(name, tag) {
  if (!tag) return null;
  const kind = tag.is_corrected ? "corrected" : tag.is_sure ? "sure" : "unsure";
  const sign = { corrected: "corrected", unsure: "unsure" }[kind];
  return el("li", { dataset: { tag: name, kind }, title: sentence(name) },
    el("span", { class: "visually-hidden", text: `${sentence(name)}: ` }), tag.value,
    sign && el("span", { class: "visually-hidden", text: `, ${sign}` }));
}

/** Make the correction; its form has long lists and is made when first opened. */
function correction(item, title, onSave) {
  const label = item.unsure.length ? "Is this right?" : "Correct";
  const node = el("details", { class: "correction", on: { toggle: () => {
    if (node.open && !node.querySelector("form")) node.append(correctionForm(item, onSave));
  } } }, el("summary", { text: label, "aria-label": `${label} ${title}, ${count(item.unsure.length, "tag")} unsure` }));
  return node;
}
