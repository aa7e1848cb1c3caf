// Say who shops, and forget them.

import { get, Problem, remove } from "./api.js";
import { announce, byId, el } from "./dom.js";
import { addressOfShopper, currentShopper, useShopper } from "./shopper.js";

/** Wire the panel; `onChange` is called when another shops, or is forgotten, or is to be left out. */
export function setUpShopper(onChange) {
  byId("shopper-form").addEventListener("submit", (event) => {
    event.preventDefault();
    useShopper(byId("shopper-id").value.trim());
    byId("shopper-panel").open = false;
    tellWho();
    onChange();
  });
  byId("as-shopper").addEventListener("change", onChange);
  byId("shopper-panel").addEventListener("toggle", () => {
    if (byId("shopper-panel").open) listShoppers().catch(() => {});
  });
  setUpForgetting(onChange);
  tellWho();
}

function tellWho() {
  byId("shopper-name").textContent = currentShopper();
  byId("shopper-id").value = currentShopper();
}

async function listShoppers() {
  const { results } = await get("shoppers/?page_size=50");
  byId("shoppers").replaceChildren(...results.map(({ external_id: value }) => el("option", { value })));
}

/** Ask once more before everything that is kept about the shopper is erased. */
function setUpForgetting(onChange) {
  const [button, sure] = [byId("forget"), byId("forget-sure")];
  const arm = (isArmed) => {
    button.hidden = isArmed;
    sure.hidden = !isArmed;
    (isArmed ? byId("forget-yes") : button).focus();
  };
  button.addEventListener("click", () => arm(true));
  byId("forget-no").addEventListener("click", () => arm(false));
  byId("forget-yes").addEventListener("click", async () => {
    byId("forget-note").textContent = await forget();
    announce(byId("forget-note").textContent);
    arm(false);
    onChange();
  });
}

async function forget() {
  try {
    await remove(addressOfShopper());
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status !== 404) return problem.message;
  }
  return `Nothing is kept about ${currentShopper()} any more.`;
}
