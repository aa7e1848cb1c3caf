// Build elements without HTML strings, so that text from shops is never parsed as markup.

export const byId = (id) => document.getElementById(id);

/** Make an element: `text` is its text content, children are strings or nodes, `on` holds event listeners. */
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

/** Make one of the page's icons, hidden from screen readers. */
export function icon(name) {
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** Dispatch a bubbling event with `detail`. */
export function send(node, type, detail) {
  node.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
}

/** Announce a message to screen readers, once. */
export function announce(message) {
  byId("announcer").textContent = message;
}

/** Format "price_min" as "Price min". */
export const sentence = (name) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");

export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;
