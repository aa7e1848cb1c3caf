// What is asked: from the form to the API's body, and to the address so that it can be kept.

import { byId, el } from "./dom.js";

const LISTS = ["category", "colour", "styles", "age_group"];
const PRICES = { price_min: "from", price_max: "up to" };
const DEFAULTS = { number_of_images: "12", min_match: "none" };
const form = byId("ask");

/** The body of `POST recommendations/` for what the form says now. */
export function readBody() {
  const data = new FormData(form);
  const filters = {};
  for (const name of LISTS) if (data.has(name)) filters[name] = data.getAll(name);
  for (const name of Object.keys(PRICES)) if (data.get(name)) filters[name] = data.get(name);
  const body = { prompt: data.get("prompt").trim(), number_of_images: Number(data.get("number_of_images")) };
  if (Object.keys(filters).length) body.filters = filters;
  if (data.get("min_match") !== "none") body.min_match = data.get("min_match");
  return body;
}

/** Say in the browser's own words what the form cannot send; true when all is well. */
export function checkForm() {
  const { prompt, price_min: least, price_max: most } = form.elements;
  prompt.setCustomValidity(prompt.value.trim() ? "" : "Say what they are looking for.");
  const isBackwards = least.value && most.value && Number(least.value) > Number(most.value);
  most.setCustomValidity(isBackwards ? "This is below the lowest price." : "");
  const isInFilters = (field) => field !== prompt && !field.validity.valid;
  if ([...form.elements].some(isInFilters)) byId("filters").open = true;
  return form.reportValidity();
}

/** Keep the question in the address: a reload, a bookmark and "back" ask it again. */
export function remember(isNewPrompt) {
  const isSaying = ([name, value]) => value && value !== DEFAULTS[name];
  const address = `#${new URLSearchParams([...new FormData(form)].filter(isSaying))}`;
  if (address === window.location.hash) return;
  const isStep = isNewPrompt && !window.location.search;
  window.history[isStep ? "pushState" : "replaceState"](null, "", window.location.pathname + address);
}

// A form sent before this module was there arrives as the browser sends it, after a "?".
const kept = () => new URLSearchParams(window.location.hash.slice(1) || window.location.search);

export const isAsking = () => kept().has("prompt");

/** Fill the form from the address; true when a prompt was in it. */
export function recall() {
  const given = kept();
  for (const field of form.elements) {
    if (field.type === "checkbox" || field.type === "radio") {
      const values = given.has(field.name) ? given.getAll(field.name) : [DEFAULTS[field.name]];
      field.checked = values.includes(field.value);
    } else if (field.name) field.value = given.get(field.name) ?? DEFAULTS[field.name] ?? "";
  }
  return given.has("prompt");
}

/** Show every filter in use as something that can be taken away. */
export function showChosen(onChange) {
  const ticked = [...form.elements].filter((field) => field.type === "checkbox" && field.checked);
  const priced = Object.keys(PRICES).map((name) => form.elements[name]).filter((field) => field.value);
  const tags = [
    ...ticked.map((box) => tag(box.labels[0].textContent, () => { box.checked = false; })),
    ...priced.map((field) => tag(`${PRICES[field.name]} ${field.value}`, () => { field.value = ""; })),
  ];
  byId("chosen").replaceChildren(...tags);
  byId("filter-count").hidden = !tags.length;
  byId("filter-count").textContent = tags.length || "";

  function tag(text, remove) {
    const click = () => { remove(); onChange(); };
    const label = `Remove the filter ${text}`;
    return el("li", {}, el("button", { type: "button", "aria-label": label, text, on: { click } }));
  }
}

export const hasFilters = () => Boolean(byId("chosen").children.length);

export function clearFilters() {
  for (const field of form.elements) {
    if (field.type === "checkbox") field.checked = false;
    if (field.name in PRICES) field.value = "";
  }
}
