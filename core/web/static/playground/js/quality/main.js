// Set up the photo quality page.

import { Problem } from "../api.js";
import { byId } from "../dom.js";
import { currentKey, setUpKey } from "../key.js";
import { clearNotice, showNotice, showProblem } from "../notices.js";
import { setUpEnhancement } from "./enhancement.js";
import { acceptPhotos } from "../photo_input.js";
import { repeatComparison, reloadRules, reloadImage, viewImage, viewPhotos, clearView } from "./viewer.js";
import { setUpPolicy, showPolicy } from "./policy.js";
import { loadProfiles } from "./profiles.js";
import { loadSummary } from "./summary.js";
import { loadPhotoList, refreshPhotoList, setUpPhotoList } from "./photo_list.js";

const SOON = 3_000;

let timer = 0;

async function start() {
  byId("standing").hidden = true;
  if (!currentKey()) {
    return showNotice({ title: "Enter an API key to begin", text: "This page calls the API with your shop’s key." });
  }
  try {
    showPolicy(await loadProfiles());
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return showProblem(problem, start);
  }
  clearNotice();
  resume();
  return showShop();
}

/** Show the summary of the shop, and update it while photos are waiting. */
async function showShop(list = loadPhotoList) {
  window.clearTimeout(timer);
  clearNotice("shop-notice");
  try {
    const { pending } = await loadSummary();
    await list();
    if (pending) showShopSoon();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showProblem(problem, () => showShop(list), "shop-notice");
  }
}

/** Update the summary after a few seconds, but never while someone uses the lists. */
function showShopSoon() {
  window.clearTimeout(timer);
  const isInUse = () => document.hidden || document.activeElement.closest("#failing, #breaches, #worst");
  timer = window.setTimeout(() => (isInUse() ? showShopSoon() : showShop(refreshPhotoList)), SOON);
}

/** Open the image that the address names; an address of a page section changes nothing. */
function resume() {
  const { hash } = window.location;
  const image = new URLSearchParams(hash.slice(1)).get("image");
  if (image) viewImage(image);
  else if (!hash) clearView();
}

function setUpLevels() {
  for (const id of ["level", "compare-level"]) {
    const show = () => { byId(`${id}-value`).textContent = `${Math.round(100 * byId(id).value)}%`; };
    byId(id).addEventListener("input", show);
    show();
  }
}

setUpLevels();
setUpPolicy(showShopSoon);
setUpPhotoList(() => showShop());
setUpEnhancement((image) => {
  reloadImage(image);
  showShopSoon();
});
acceptPhotos(viewPhotos);
byId("profile").addEventListener("change", reloadRules);
byId("compare").addEventListener("submit", (event) => {
  event.preventDefault();
  repeatComparison();
});
window.addEventListener("hashchange", resume);
setUpKey(start);
start();
