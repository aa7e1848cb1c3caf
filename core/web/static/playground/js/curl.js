// The command that asks exactly what the page asked.

import { addressOf } from "./api.js";
import { copyWith } from "./clipboard.js";
import { byId } from "./dom.js";
import { currentKey } from "./key.js";

/** Quote for a POSIX shell: nothing is special between apostrophes but the apostrophe. */
export const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** One line for each field, so that a long question is still read at a glance. */
function layOut(body) {
  const fields = Object.entries(body).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{\n${fields.join(",\n")}\n}`;
}

/** Within a part of a form curl reads a comma, a semicolon and quotes; between quotes it does not. */
const fileName = (name) => `"${name.replaceAll(/["\\]/g, "\\$&")}"`;

export function commandFor({ path, body, file }) {
  const lines = [`curl ${quote(addressOf(path))}`, '-H "Authorization: Api-Key $ATELIER_KEY"'];
  if (file) lines.push(`-F ${quote(`photo=@${fileName(file.name)}`)}`, `--form-string ${quote(`query=${layOut(body)}`)}`);
  else if (body) lines.push("-H 'Content-Type: application/json'", `-d ${quote(layOut(body))}`);
  return lines.join(" \\\n  ");
}

export function showCurl(request) {
  byId("curl").textContent = commandFor(request);
  byId("curl-lead").textContent = request.file
    ? "Then ask what this page asked, where the photo is"
    : "Then ask what this page asked";
  byId("curl-panel").hidden = false;
}

export function showJson(answer) {
  byId("answer-json").hidden = !answer;
  byId("json").textContent = answer ? JSON.stringify(answer, null, 2) : "";
}

export function setUpCurl() {
  copyWith(byId("curl-copy"), () => byId("curl").textContent);
  copyWith(byId("export-copy"), () => `export ATELIER_KEY=${quote(currentKey())}`);
}
