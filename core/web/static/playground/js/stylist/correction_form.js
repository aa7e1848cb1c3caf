// A garment's tags set right by the shopper; what is saved counts as certain.

import { patch, Problem } from "../api.js";
import { el, sentence } from "../dom.js";
import { clearNotice, showProblem } from "../notices.js";
import { addressOfShopper } from "../shopper.js";
import { choices, NO_COLOUR, TAGS } from "./vocabulary.js";

/** The form for a garment's tags; `onSave` is called with the garment as it is then. */
export function correctionForm(item, onSave) {
  const place = `correct-${item.id}`;
  const name = el("input", { name: "name", maxlength: "200", autocomplete: "off", value: item.name });
  const selects = Object.fromEntries(TAGS.map((tag) => [tag, select(tag, item.tags[tag])]));
  const save = async () => {
    clearNotice(place);
    try {
      const tags = changed(item.tags, selects);
      onSave(await patch(`${addressOfShopper()}wardrobe/${item.id}/`, { name: name.value.trim(), tags }));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      showProblem(problem, save, place);
    }
  };
  return el("form", { class: "correct", on: { submit: (event) => { event.preventDefault(); save(); } } },
    el("label", {}, "Name", name),
    ...TAGS.map((tag) => el("label", {}, el("span", {}, sentence(tag), isUnsure(item.tags[tag]) && el("em", { text: " unsure" })), selects[tag])),
    el("p", { class: "note", text: "Saving says that all of this is right." }),
    el("button", { type: "submit", text: "Save" }),
    el("div", { id: place }));
}

function select(name, tag) {
  const node = el("select", { name }, tag?.is_corrected && el("option", { value: "", text: "As seen in the photo" }),
    ...choices(name, likely(tag)));
  node.value = valueOf(tag);
  return node;
}

const likely = (tag) => (tag ? [tag.value, ...tag.alternatives] : []);

const valueOf = (tag) => tag?.value ?? NO_COLOUR;

const isUnsure = (tag) => Boolean(tag && !tag.is_sure);

/** What is to be kept: what was changed, and what was unsure until somebody looked at it. */
function changed(tags, selects) {
  const kept = TAGS.filter((tag) => selects[tag].value !== valueOf(tags[tag]) || isUnsure(tags[tag]));
  return Object.fromEntries(kept.map((tag) => [tag, selects[tag].value || null]));
}
