// The question: from the page to the API's body, and to the address so that it can be kept.

import { get } from "./api.js";
import { byId, el } from "./dom.js";
import { areIn, fieldsOf, toParams, wanted, wantFrom } from "./query_parts.js";

const LISTS = ["category", "colour", "styles", "age_group", "availability"];
const PRICES = { price_min: "from", price_max: "up to" };
const DEFAULTS = { number_of_images: "12", min_match: "none", diversity: "0.2" };
const form = byId("ask");

/** The body of `POST recommendations/` for what the page says now; a photo's file comes beside it. */
export function readBody(shopper) {
  const data = new FormData(form);
  const filters = {};
  for (const name of LISTS) if (data.has(name)) filters[name] = data.getAll(name);
  for (const name of Object.keys(PRICES)) if (data.get(name)) filters[name] = data.get(name);
  return {
    ...fieldsOf(wanted()),
    ...(shopper && { shopper }),
    number_of_images: Number(data.get("number_of_images")),
    ...(Object.keys(filters).length && { filters }),
    ...(data.get("min_match") !== "none" && { min_match: data.get("min_match") }),
    ...(data.get("diversity") !== DEFAULTS.diversity && { diversity: Number(data.get("diversity")) }),
    ...(data.has("group_by") && { group_by: data.get("group_by") }),
    explain: true,
  };
}

/** Say in the browser's own words what the form cannot send; true when all is well. */
export function checkForm() {
  const { price_min: least, price_max: most } = form.elements;
  byId("prompt").setCustomValidity(wanted().length ? "" : "Say what they are looking for.");
  const isBackwards = least.value && most.value && Number(least.value) > Number(most.value);
  most.setCustomValidity(isBackwards ? "This is below the lowest price." : "");
  const isInFilters = (field) => field.id !== "prompt" && !field.validity.valid;
  if ([...form.elements].some(isInFilters)) byId("filters").open = true;
  return form.reportValidity();
}

/** Start the slider where the shop has it; a key that may not read that leaves it at the default. */
export async function loadOptions() {
  const { diversity } = await get("ranking/");
  const slider = byId("diversity");
  if (slider.value === DEFAULTS.diversity) slider.value = diversity;
  DEFAULTS.diversity = String(diversity);
  showDiversity();
}

export function showDiversity() {
  const { value } = byId("diversity");
  byId("diversity-value").textContent = value === DEFAULTS.diversity ? `${value}, as the shop has it` : value;
}

/** Keep the question in the address: a reload, a bookmark and "back" ask it again. */
export function remember(isNewQuestion) {
  const isSaying = ([name, value]) => name && value && value !== DEFAULTS[name];
  const said = new URLSearchParams([...toParams(wanted()), ...new FormData(form)].filter(isSaying)).toString();
  const address = said ? `#${said}` : "";
  if (address === window.location.hash) return;
  const isStep = isNewQuestion && !window.location.search;
  window.history[isStep ? "pushState" : "replaceState"](null, "", window.location.pathname + address);
}

// A form sent before this module was there arrives as the browser sends it, after a "?".
const kept = () => new URLSearchParams(window.location.hash.slice(1) || window.location.search);

export const isAsking = () => areIn(kept());

/** Fill the page from the address; true when something is asked for. */
export async function recall() {
  const given = kept();
  for (const field of form.elements) {
    if (field.type === "checkbox" || field.type === "radio") {
      const values = given.has(field.name) ? given.getAll(field.name) : [DEFAULTS[field.name]];
      field.checked = values.includes(field.value);
    } else if (field.name && field.id !== "prompt") field.value = given.get(field.name) ?? DEFAULTS[field.name] ?? "";
  }
  showDiversity();
  await wantFrom(given);
  return wanted().length > 0;
}

/** Show every filter in use as something that can be taken away. */
export function showChosen(onChange) {
  const ticked = [...form.elements].filter((field) => field.type === "checkbox" && field.checked);
  const priced = Object.keys(PRICES).map((name) => form.elements[name]).filter((field) => field.value);
  const { diversity } = form.elements;
  const tags = [
    ...ticked.map((box) => tag(box.labels[0].textContent, () => { box.checked = false; })),
    ...priced.map((field) => tag(`${PRICES[field.name]} ${field.value}`, () => { field.value = ""; })),
    ...(diversity.value === DEFAULTS.diversity ? [] : [tag(`variety ${diversity.value}`, () => { diversity.value = DEFAULTS.diversity; showDiversity(); })]),
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
