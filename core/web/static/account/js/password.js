// Ask for a link to set a new password, or set it with the token of the link.

import { restartOnNewLink, setUpForm, showMessage, showProblem } from "./form.js";
import { post, takeToken } from "./link.js";

const token = takeToken();

async function askForLink({ email }) {
  await post("password/reset", { email });
  showMessage("sent");
}

async function setPassword({ new_password, code }) {
  await post("password/reset/confirm", { token, new_password, code });
  showMessage("done");
}

function onProblem(problem) {
  showProblem(problem);
  if (problem.code !== "code_required") return;
  document.getElementById("code-field").hidden = false;
  document.getElementById("code").focus();
}

restartOnNewLink();
if (token) setUpForm("reset", setPassword, { onProblem });
else setUpForm("request", askForLink);
