// Show what an invitation offers, and accept it.

import { restartOnNewLink, setUpForm, showMessage, showProblem } from "./form.js";
import { post, takeToken } from "./link.js";

const token = takeToken();
const byId = (id) => document.getElementById(id);

async function showOffer() {
  const offer = await post("invitations/read", { token });
  byId("shop").textContent = offer.shop.name;
  byId("address").textContent = offer.email;
  byId("existing").hidden = offer.needs_password;
  byId("new").hidden = !offer.needs_password;
  byId("password").required = offer.needs_password;
  setUpForm("accept", accept);
}

async function accept({ name, password }) {
  await post("invitations/accept", { token, name, password });
  showMessage("done");
}

restartOnNewLink();
if (token) showOffer().catch((problem) => { if (problem instanceof Error) throw problem; showProblem(problem); });
else showMessage("no_link");
