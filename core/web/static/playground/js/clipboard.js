// Copy text to the clipboard, also outside a secure context.

import { announce, el } from "./dom.js";

export function copyOnClick(button, read) {
  const name = button.textContent;
  button.addEventListener("click", async () => {
    const isCopied = await copy(read());
    button.textContent = isCopied ? "Copied" : "Not allowed";
    announce(isCopied ? "Copied to the clipboard" : "The browser did not allow copying");
    window.setTimeout(() => { button.textContent = name; }, 2000);
  });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text) {
  const area = el("textarea", { class: "visually-hidden", "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  const focused = document.activeElement;
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return isCopied;
}
