// The panel that chooses the shopper and erases their data.

import { get, Problem, remove } from "./api.js";
import { announce, byId, el } from "./dom.js";
import { addressOfShopper, currentShopper, useShopper } from "./shopper.js";

/** Set up the panel; `onChange` is called when the shopper, their data or the switch changes. */
export function setUpShopper(onChange) {
  byId("shopper-form").addEventListener("submit", (event) => {
    event.preventDefault();
    useShopper(byId("shopper-id").value.trim());
    byId("shopper-panel").open = false;
    showShopperName();
    onChange();
  });
  byId("as-shopper").addEventListener("change", onChange);
  byId("shopper-panel").addEventListener("toggle", () => {
    if (byId("shopper-panel").open) listShoppers().catch(() => {});
  });
  setUpErasure(onChange);
  showShopperName();
}

function showShopperName() {
  byId("shopper-name").textContent = currentShopper();
  byId("shopper-id").value = currentShopper();
}

async function listShoppers() {
  const { results } = await get("shoppers/?page_size=50");
  byId("shoppers").replaceChildren(...results.map(({ external_id: value }) => el("option", { value })));
}

/** Ask for confirmation before all data of the shopper is erased. */
function setUpErasure(onChange) {
  const [button, question] = [byId("forget"), byId("forget-sure")];
  const showQuestion = (isShown) => {
    button.hidden = isShown;
    question.hidden = !isShown;
    (isShown ? byId("forget-yes") : button).focus();
  };
  button.addEventListener("click", () => showQuestion(true));
  byId("forget-no").addEventListener("click", () => showQuestion(false));
  byId("forget-yes").addEventListener("click", async () => {
    byId("forget-note").textContent = await erase();
    announce(byId("forget-note").textContent);
    showQuestion(false);
    onChange();
  });
}

async function erase() {
  try {
    await remove(addressOfShopper());
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status !== 404) return problem.message;
  }
  return `All data of ${currentShopper()} has been erased.`;
}
