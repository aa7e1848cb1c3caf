// The photo quality page, wired: photos come in, and the shop's own stand below them.

import { Problem } from "../api.js";
import { byId } from "../dom.js";
import { currentKey, setUpKey } from "../key.js";
import { clearNotice, showNotice, showProblem } from "../notices.js";
import { setUpEnhancing } from "./enhancement.js";
import { acceptPhotos } from "../photo_input.js";
import { compareAgain, judgeAgain, lookAgain, lookAtImage, lookAtPhotos, lookAway } from "./viewer.js";
import { setUpPolicy, showPolicy } from "./policy.js";
import { loadRulebook } from "./profiles.js";
import { loadStanding } from "./summary.js";
import { loadWorst, refreshWorst, setUpWorst } from "./photo_list.js";

const SOON = 3_000;

let timer = 0;

async function start() {
  byId("standing").hidden = true;
  if (!currentKey()) {
    return showNotice({ title: "Give a key to begin", text: "The page asks the API in your shop’s name." });
  }
  try {
    showPolicy(await loadRulebook());
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return showProblem(problem, start);
  }
  clearNotice();
  resume();
  return showShop();
}

/** Show where the shop stands, and go on while photos wait to be measured. */
async function showShop(list = loadWorst) {
  window.clearTimeout(timer);
  clearNotice("shop-notice");
  try {
    const { pending } = await loadStanding();
    await list();
    if (pending) showShopSoon();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showProblem(problem, () => showShop(list), "shop-notice");
  }
}

/** What was changed is judged anew within seconds; nothing is put into another's place under a hand. */
function showShopSoon() {
  window.clearTimeout(timer);
  const isInUse = () => document.hidden || document.activeElement.closest("#failing, #breaches, #worst");
  timer = window.setTimeout(() => (isInUse() ? showShopSoon() : showShop(refreshWorst)), SOON);
}

/** Look at the image that the address names; a part of the page that it names changes nothing. */
function resume() {
  const { hash } = window.location;
  const image = new URLSearchParams(hash.slice(1)).get("image");
  if (image) lookAtImage(image);
  else if (!hash) lookAway();
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
setUpWorst(() => showShop());
setUpEnhancing((image) => {
  lookAgain(image);
  showShopSoon();
});
acceptPhotos(lookAtPhotos);
byId("profile").addEventListener("change", judgeAgain);
byId("compare").addEventListener("submit", (event) => {
  event.preventDefault();
  compareAgain();
});
window.addEventListener("hashchange", resume);
setUpKey(start);
start();
