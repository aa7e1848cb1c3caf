// Build elements without markup: what shops write is text, and stays text.

export const byId = (id) => document.getElementById(id);

/** Make an element; `text` and children are text or nodes, `on` holds listeners. */
export function el(tag, { text, on = {}, dataset = {}, ...attributes } = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  for (const [type, listener] of Object.entries(on)) node.addEventListener(type, listener);
  Object.assign(node.dataset, dataset);
  if (text != null) node.textContent = text;
  node.append(...children.filter((child) => child != null && child !== false));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/** One of the icons of the page, which says nothing to a screen reader. */
export function icon(name) {
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** Tell whoever listens further up what was wanted of a node. */
export function send(node, type, detail) {
  node.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
}

/** Tell screen readers, once, what has just become visible. */
export function announce(message) {
  byId("announcer").textContent = message;
}

/** "price_min" said as "Price min". */
export const sentence = (name) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");

export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;
