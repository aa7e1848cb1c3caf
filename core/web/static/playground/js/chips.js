// The parts of the query as chips, whose weights can be changed.

import { announce, byId, el } from "./dom.js";
import { removePart, nameOf, nextWeight, addPart, queryParts } from "./query_parts.js";

const KEYS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 };
const thumbs = new WeakMap();
const partOfChip = new WeakMap();

/** Show a chip for each part of the query; `onChange` is called when a chip changes or is removed. */
export function showChips(onChange) {
  const parts = queryParts();
  byId("wanted").hidden = !parts.length;
  byId("examples").hidden = parts.length > 0;
  byId("prompt").placeholder = parts.length ? "add …, or −exclude …" : "a red dress with flowers";
  const shown = [...byId("chips").children].map((node) => partOfChip.get(node));
  const isShown = shown.length === parts.length && parts.every((part, place) => part === shown[place]);
  // Replacing chips that did not change would lose the focus.
  if (!isShown) byId("chips").replaceChildren(...parts.map((part) => chip(part, onChange)));
}

function chip(given, onChange) {
  let part = given;
  const name = nameOf(part);
  const sign = el("span", { class: "chip-sign" });
  const weight = el("span", { class: "chip-weight" });
  const change = (direction) => {
    const next = { ...part, weight: nextWeight(part.weight, direction) };
    if (next.weight === part.weight) return;
    addPart(next);
    part = next;
    show();
    announce(`${name}: ${signed(part.weight)}`);
    onChange();
  };
  const remove = () => {
    const following = node.nextElementSibling ?? node.previousElementSibling;
    removePart(part);
    node.remove();
    (following?.querySelector(".chip-remove") ?? byId("prompt")).focus();
    onChange();
  };
  const button = (text, label, click, kind) => el("button", { type: "button", class: kind, text, "aria-label": `${label} ${name}`, on: { click } });
  const node = el("li", { class: "chip", title: "Arrow keys change its weight", on: { keydown: (event) => {
    if (event.key in KEYS) change(KEYS[event.key]);
    else if (event.key === "Delete" || event.key === "Backspace") remove();
    else return;
    event.preventDefault();
  } } },
    thumbOf(part), sign, el("span", { class: "chip-name", text: part.text ?? part.name ?? "Your photo" }),
    button("−", "Less of", () => change(-1), "chip-less"), weight,
    button("+", "More of", () => change(1), "chip-more"),
    button("×", "Remove", remove, "chip-remove"),
  );
  function show() {
    partOfChip.set(node, part);
    node.dataset.sign = part.weight < 0 ? "against" : "for";
    sign.textContent = part.weight < 0 ? "less" : "";
    weight.textContent = signed(part.weight);
  }
  show();
  return node;
}

const signed = (weight) => (weight < 0 ? `−${-weight}` : `${weight}`);

function thumbOf({ kind, photo_url: address, thumbnails = [], file }) {
  if (kind === "term") return null;
  if (file && !thumbs.has(file)) thumbs.set(file, URL.createObjectURL(file));
  return el("img", { src: thumbnails[0]?.url ?? address ?? thumbs.get(file), alt: "" });
}
