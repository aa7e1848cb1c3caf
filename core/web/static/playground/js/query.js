// The query form: read as the body of an API request, and stored in the page's address.

import { get } from "./api.js";
import { byId, el } from "./dom.js";
import { hasParts, fieldsOf, toParams, queryParts, loadParts } from "./query_parts.js";

const LISTS = ["category", "colour", "styles", "age_group", "availability"];
const PRICES = { price_min: "from", price_max: "up to" };
const DEFAULTS = { number_of_images: "12", min_match: "weak", diversity: "0.2" };
const form = byId("ask");

function readFilters(data) {
  const filters = {};
  for (const name of LISTS) if (data.has(name)) filters[name] = data.getAll(name);
  for (const name of Object.keys(PRICES)) if (data.get(name)) filters[name] = data.get(name);
  return filters;
}

/** Whether there is something to ask for: a part of the query, or a filter alone. */
export const hasQuestion = () => queryParts().length > 0 || Object.keys(readFilters(new FormData(form))).length > 0;

/** Return the body of `POST recommendations/` for the form's values; a photo is sent in addition. */
export function readBody(shopper) {
  const data = new FormData(form);
  const filters = readFilters(data);
  return {
    ...fieldsOf(queryParts()),
    ...(shopper && { shopper }),
    number_of_images: Number(data.get("number_of_images")),
    ...(Object.keys(filters).length && { filters }),
    ...(data.get("min_match") !== DEFAULTS.min_match && { min_match: data.get("min_match") }),
    ...(data.get("diversity") !== DEFAULTS.diversity && { diversity: Number(data.get("diversity")) }),
    ...(data.has("group_by") && { group_by: data.get("group_by") }),
    related: true,
    explain: true,
  };
}

/** Validate the form with the browser's own messages; true if it is valid. */
export function checkForm() {
  const { price_min: min, price_max: max } = form.elements;
  byId("prompt").setCustomValidity(hasQuestion() ? "" : "Enter what the shopper is looking for.");
  const isBackwards = min.value && max.value && Number(min.value) > Number(max.value);
  max.setCustomValidity(isBackwards ? "This is below the lowest price." : "");
  const isInFilters = (field) => field.id !== "prompt" && !field.validity.valid;
  if ([...form.elements].some(isInFilters)) byId("filters").open = true;
  return form.reportValidity();
}

/** Set the slider to the shop's own weight. Throws `Problem` if the key may not read it; the default stays. */
export async function loadOptions() {
  const { diversity } = await get("ranking/");
  const slider = byId("diversity");
  if (slider.value === DEFAULTS.diversity) slider.value = diversity;
  DEFAULTS.diversity = String(diversity);
  showDiversity();
}

export function showDiversity() {
  const { value } = byId("diversity");
  byId("diversity-value").textContent = value === DEFAULTS.diversity ? `${value}, the shop’s setting` : value;
}

/** Store the query in the address, so that a reload, a bookmark and "back" repeat it. */
export function saveForm(isNewQuestion) {
  const isSet = ([name, value]) => name && value && value !== DEFAULTS[name];
  const params = new URLSearchParams([...toParams(queryParts()), ...new FormData(form)].filter(isSet)).toString();
  const address = params ? `#${params}` : "";
  if (address === window.location.hash) return;
  const isNewEntry = isNewQuestion && !window.location.search;
  window.history[isNewEntry ? "pushState" : "replaceState"](null, "", window.location.pathname + address);
}

// A form submitted before this module was loaded puts its fields after a "?".
const addressParams = () => new URLSearchParams(window.location.hash.slice(1) || window.location.search);

/** Whether the address has a query or filters. */
export const hasQuery = () => hasParts(addressParams()) || [...LISTS, ...Object.keys(PRICES)].some((name) => addressParams().has(name));

/** Fill the form from the address; true if there is a query, or a filter. */
export async function loadForm() {
  const given = addressParams();
  for (const field of form.elements) {
    if (field.type === "checkbox" || field.type === "radio") {
      const values = given.has(field.name) ? given.getAll(field.name) : [DEFAULTS[field.name]];
      field.checked = values.includes(field.value);
    } else if (field.name && field.id !== "prompt") field.value = given.get(field.name) ?? DEFAULTS[field.name] ?? "";
  }
  showDiversity();
  await loadParts(given);
  return hasQuestion();
}

/** Show each active filter as a button that removes it. */
export function showActiveFilters(onChange) {
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
