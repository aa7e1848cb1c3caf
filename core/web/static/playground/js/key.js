// The API key: the demo's own, or one typed in and stored for this tab only.

import { byId } from "./dom.js";

const STORE = "atelier-key";
const demoKey = JSON.parse(byId("demo-api-key").textContent) || "";

export const currentKey = () => sessionStorage.getItem(STORE) || demoKey;

/** Set up the key panel; `onChange` is called when the key changes. */
export function setUpKey(onChange) {
  byId("key-toggle").addEventListener("click", () => showKeyPanel(byId("key-panel").hidden));
  byId("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    use(byId("key-input").value.trim(), onChange);
  });
  byId("key-demo").addEventListener("click", () => use("", onChange));
  showKeyName();
  if (!currentKey()) showKeyPanel(true);
}

export function showKeyPanel(isShown = true) {
  byId("key-panel").hidden = !isShown;
  byId("key-toggle").setAttribute("aria-expanded", String(isShown));
  if (isShown) byId("key-input").focus();
}

function use(key, onChange) {
  if (key) sessionStorage.setItem(STORE, key);
  else sessionStorage.removeItem(STORE);
  byId("key-input").value = "";
  showKeyName();
  showKeyPanel(false);
  byId("key-toggle").focus();
  onChange();
}

function showKeyName() {
  const isOwn = Boolean(sessionStorage.getItem(STORE));
  byId("key-toggle").textContent = isOwn ? "Your key" : demoKey ? "Demo key" : "Key";
  byId("key-demo").hidden = !(demoKey && isOwn);
}
