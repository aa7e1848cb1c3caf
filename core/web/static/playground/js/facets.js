// The facets of the shop as checkboxes.

import { get } from "./api.js";
import { byId, el } from "./dom.js";

const MAX_VISIBLE = 12;
const SOURCES = { category: "categories/", styles: "styles/", age_group: "age-groups/" };
const AVAILABILITIES = [["in_stock", "in stock"], ["preorder", "pre-order"], ["backorder", "back-order"]];
const COLOURS = [
  "black", "white", "grey", "navy", "blue", "teal", "green",
  "yellow", "orange", "red", "pink", "purple", "brown", "beige",
];

/** Load and show the facets; also fills the categories of the upload form. */
export async function loadFacets() {
  show("colour", COLOURS.map((name) => ({ name, value: name, swatch: name })));
  show("availability", AVAILABILITIES.map(([value, name]) => ({ name, value })));
  const names = Object.keys(SOURCES);
  const lists = await Promise.all(names.map((name) => loadValues(SOURCES[name])));
  names.forEach((name, i) => show(name, lists[i]));
  byId("photo-category").replaceChildren(
    el("option", { value: "", text: "None" }),
    ...lists[0].map(({ name, value }) => el("option", { value, text: name })),
  );
}

async function loadValues(path) {
  const found = [];
  let page = `${path}?page_size=200`;
  while (page) {
    const { results, next } = await get(page);
    found.push(...results);
    page = next && path + new URL(next).search;
  }
  return sortValues(found);
}

/** Order values: the shop's own first, then the defaults, each by age. */
function sortValues(found) {
  const oldestFirst = found.reverse();
  const ownFirst = [
    ...oldestFirst.filter((facet) => !facet.is_default),
    ...oldestFirst.filter((facet) => facet.is_default),
  ];
  const byName = new Map();
  for (const { id, name, description } of ownFirst) {
    // The API separates names by commas; a name with a comma is sent by its id.
    const value = name.includes(",") ? id : name;
    const known = name.toLowerCase();
    if (!byName.has(known)) byName.set(known, { name, value, description });
  }
  return [...byName.values()];
}

function show(facet, values) {
  const fieldset = document.querySelector(`[data-facet="${facet}"]`);
  const wasChecked = new Set([...fieldset.querySelectorAll("input:checked")].map((box) => box.value));
  const pills = values.map((value) => pill(facet, value, wasChecked.has(value.value)));
  const list = el("div", { class: "pills" }, ...pills);
  const surplus = pills.slice(MAX_VISIBLE + 2);
  if (surplus.length) list.append(moreButton(list, surplus, values.length));
  fieldset.replaceChildren(fieldset.querySelector("legend"), list);
}

function pill(facet, { name, value, description, swatch }, isChecked) {
  const box = el("input", { type: "checkbox", name: facet, value, form: "ask", checked: isChecked });
  const dot = swatch && el("i", { class: "dot", dataset: { swatch } });
  return el("label", { class: "pill", title: description }, box, el("span", {}, dot, name));
}

function moreButton(list, surplus, total) {
  surplus.forEach((item) => item.classList.add("surplus"));
  const button = el("button", {
    type: "button", class: "quiet more", text: `All ${total}`, "aria-expanded": "false",
    on: { click: () => {
      const isOpen = list.classList.toggle("is-open");
      button.setAttribute("aria-expanded", String(isOpen));
      button.textContent = isOpen ? "Fewer" : `All ${total}`;
    } },
  });
  return button;
}
