// Set up the stylist page.

import { Problem } from "../api.js";
import { byId } from "../dom.js";
import { currentKey, setUpKey } from "../key.js";
import { clearNotice, showNotice, showProblem } from "../notices.js";
import { acceptPhotos } from "../photo_input.js";
import { currentShopper, useShopper } from "../shopper.js";
import { readEarlier, refreshConversations, resumeConversations, setUpConversations } from "./conversations.js";
import { clearOutfits, setUpOutfits, showOptions } from "./outfits.js";
import { setUpSections } from "./sections.js";
import { sendMessage, setUpChat } from "./chat.js";
import { setUpThread, showSuggestions } from "./thread.js";
import { loadVocabulary } from "./vocabulary.js";
import { addPhotos, loadWardrobe, setUpWardrobe } from "./wardrobe.js";

const SUGGESTIONS = [
  "What goes with my navy jeans?", "I need a red dress under 100 euros", "Put an outfit together for a wedding",
  "Which colours go with olive?", "How do I wash silk?", "What do I own?",
];

async function start() {
  if (!currentKey()) {
    return showNotice({ title: "Enter an API key to begin", text: "This page calls the API with your shop’s key." });
  }
  clearNotice();
  try {
    await loadVocabulary();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return showProblem(problem, start);
  }
  showOptions();
  return showShopper();
}

/** Show the data of the current shopper only. */
function showShopper() {
  byId("shopper-id").value = currentShopper();
  clearOutfits();
  return Promise.all([resumeConversations(), loadWardrobe()]);
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
setUpChat(refreshConversations);
setUpThread(readEarlier);
setUpConversations();
setUpWardrobe();
setUpOutfits();
showSuggestions(SUGGESTIONS, sendMessage);
acceptPhotos(addPhotos);
setUpKey(start);
start();
