// A garment of the wardrobe: its photo, what was seen in it, and what can be set right.

import { count, el, send, sentence } from "../dom.js";
import { photo } from "../product.js";
import { correctionForm } from "./correction_form.js";
import { askFirst } from "./confirmation.js";
import { TAGS } from "./vocabulary.js";

const STATES = { pending: "Being tagged", failed: "Not tagged" };
const SIGHTS = {
  none: "No garment stands out here. Look the tags over, or take the photo again before a plain ground.",
  several: "There seem to be several garments here, and the tags may mix them. One on each photo works best.",
};

/** What the garment is called: as its owner says, else by colour and type. */
export function titleOf({ name, tags, state }) {
  const seen = [tags.primary_colour?.value, tags.type?.value].filter(Boolean).join(" ");
  return name || sentence(seen) || STATES[state] || "Garment";
}

/** Sends `save` with the garment when its tags were set right, and `takeout` when it is to go. */
export function garmentCard(item) {
  const title = titleOf(item);
  const node = el("li", { class: "card garment", dataset: { garment: item.id, state: item.state } },
    el("div", { class: "tile" }, photo({ ...item, name: title }), badge(item)),
    el("h3", { text: title }),
    item.state === "failed" && el("p", { class: "stock", text: item.problem?.detail }),
    SIGHTS[item.garments_seen] && el("p", { class: "sight", text: SIGHTS[item.garments_seen] }),
    item.state === "done" && el("ul", { class: "tags", "aria-label": `Tags of ${title}` }, ...TAGS.map((tag) => chip(tag, item.tags[tag]))),
    item.state === "done" && correction(item, title, (saved) => send(node, "save", saved)),
    item.state !== "pending" && askFirst({
      text: "Remove", label: `Remove ${title}`, question: `Remove ${title} and its photo?`, yes: "Remove it", act: () => send(node, "takeout", item.id),
    }));
  return node;
}

/** A photo on its way: `refuse` says why it did not arrive, with what can be done about it. */
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
  const sign = { corrected: "set by them", unsure: "unsure" }[kind];
  return el("li", { dataset: { tag: name, kind }, title: sentence(name) },
    el("span", { class: "visually-hidden", text: `${sentence(name)}: ` }), tag.value,
    sign && el("span", { class: "visually-hidden", text: `, ${sign}` }));
}

/** The form is made when it is first opened: its lists are long. */
function correction(item, title, onSave) {
  const asks = item.unsure.length ? "Is this right?" : "Correct";
  const node = el("details", { class: "correction", on: { toggle: () => {
    if (node.open && !node.querySelector("form")) node.append(correctionForm(item, onSave));
  } } }, el("summary", { text: asks, "aria-label": `${asks} ${title}, ${count(item.unsure.length, "tag")} unsure` }));
  return node;
}
