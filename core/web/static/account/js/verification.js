// Confirm an address. Needs a click: programs that check mails open their links.

import { restartOnNewLink, setUpForm, showMessage } from "./form.js";
import { post, takeToken } from "./link.js";

const token = takeToken();

async function confirm() {
  await post("verification/confirm", { token });
  showMessage("done");
}

restartOnNewLink();
if (token) setUpForm("confirm", confirm);
else showMessage("no_link");
