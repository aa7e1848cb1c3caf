// The form in which a shopper corrects the tags of a garment; saved tags count as certain.

import { patch, Problem } from "../api.js";
import { el, sentence } from "../dom.js";
import { clearNotice, showProblem } from "../notices.js";
import { addressOfShopper } from "../shopper.js";
import { choices, NO_COLOUR, TAGS } from "./vocabulary.js";

/** Make the form; `onSave` is called with the updated garment. */
export function correctionForm(item, onSave) {
  const noticePlace = `correct-${item.id}`;
  const name = el("input", { name: "name", maxlength: "200", autocomplete: "off", value: item.name });
  const selects = Object.fromEntries(TAGS.map((tag) => [tag, select(tag, item.tags[tag])]));
  const save = async () => {
    clearNotice(noticePlace);
    try {
      const tags = correctionsOf(item.tags, selects);
      onSave(await patch(`${addressOfShopper()}wardrobe/${item.id}/`, { name: name.value.trim(), tags }));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      showProblem(problem, save, noticePlace);
    }
  };
  return el("form", { class: "correct", on: { submit: (event) => { event.preventDefault(); save(); } } },
    el("label", {}, "Name", name),
    ...TAGS.map((tag) => el("label", {}, el("span", {}, sentence(tag), isUnsure(item.tags[tag]) && el("em", { text: " unsure" })), selects[tag])),
    el("p", { class: "note", text: "Saving confirms all of these values." }),
    el("button", { type: "submit", text: "Save" }),
    el("div", { id: noticePlace }));
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

/** Return the tags to save: changed ones, and unsure ones, which are now confirmed. */
function correctionsOf(tags, selects) {
  const corrected = TAGS.filter((tag) => selects[tag].value !== valueOf(tags[tag]) || isUnsure(tags[tag]));
  return Object.fromEntries(corrected.map((tag) => [tag, selects[tag].value || null]));
}
