// Show one section of the page at a time, chosen by the address, so that "back" works.

import { byId } from "../dom.js";

export function setUpSections() {
  window.addEventListener("hashchange", show);
  show();
}

export function openSection(name) {
  window.location.hash = name;
}

function show() {
  const links = [...byId("sections").querySelectorAll("a")];
  // An address of another element belongs to the section that is shown.
  const chosen = links.find(({ hash }) => hash === window.location.hash) ?? links.find((link) => link.ariaCurrent) ?? links[0];
  for (const link of links) {
    if (link === chosen) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  for (const section of document.querySelectorAll("[data-section]")) section.hidden = `#${section.dataset.section}` !== chosen.hash;
}
