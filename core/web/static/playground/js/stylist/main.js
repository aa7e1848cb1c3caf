// The stylist's page, wired: whose it is, the conversation, the wardrobe, the outfits.

import { Problem } from "../api.js";
import { byId } from "../dom.js";
import { currentKey, setUpKey } from "../key.js";
import { clearNotice, showNotice, showProblem } from "../notices.js";
import { acceptPhotos } from "../photo_input.js";
import { currentShopper, useShopper } from "../shopper.js";
import { readEarlier, refreshTalks, resumeTalks, setUpConversations } from "./conversations.js";
import { clearOutfits, setUpDressing, showWishes } from "./outfits.js";
import { setUpSections } from "./sections.js";
import { say, setUpTalking } from "./chat.js";
import { setUpThread, showSuggestions } from "./thread.js";
import { loadVocabulary } from "./vocabulary.js";
import { addPhotos, loadWardrobe, setUpWardrobe } from "./wardrobe.js";

const SUGGESTIONS = [
  "What goes with my navy jeans?", "I need a red dress under 100 euros", "Put an outfit together for a wedding",
  "Which colours go with olive?", "How do I wash silk?", "What do I own?",
];

async function start() {
  if (!currentKey()) {
    return showNotice({ title: "Give a key to begin", text: "The page asks the API in your shop’s name." });
  }
  clearNotice();
  try {
    await loadVocabulary();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return showProblem(problem, start);
  }
  showWishes();
  return showShopper();
}

/** Show what is kept of the shopper, and nothing of another. */
function showShopper() {
  byId("shopper-id").value = currentShopper();
  clearOutfits();
  return Promise.all([resumeTalks(), loadWardrobe()]);
}

function setUpShopper() {
  byId("shopper-id").value = currentShopper();
  byId("shopper-form").addEventListener("submit", (event) => {
    event.preventDefault();
    useShopper(byId("shopper-id").value.trim());
    if (currentKey()) showShopper();
  });
}

setUpSections();
setUpShopper();
setUpTalking(refreshTalks);
setUpThread(readEarlier);
setUpConversations();
setUpWardrobe();
setUpDressing();
showSuggestions(SUGGESTIONS, say);
acceptPhotos(addPhotos);
setUpKey(start);
start();
