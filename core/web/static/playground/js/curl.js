// The curl command for the page's current query.

import { addressOf } from "./api.js";
import { copyOnClick } from "./clipboard.js";
import { byId } from "./dom.js";
import { currentKey } from "./key.js";

/** Quote for a POSIX shell: within single quotes only the single quote is special. */
export const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** Format the body with one line for each field. */
function formatBody(body) {
  const fields = Object.entries(body).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{\n${fields.join(",\n")}\n}`;
}

/** Quote a file name for a form field: curl treats commas and semicolons as special outside quotes. */
const fileName = (name) => `"${name.replaceAll(/["\\]/g, "\\$&")}"`;

export function commandFor({ path, body, file }) {
  const lines = [`curl ${quote(addressOf(path))}`, '-H "Authorization: Api-Key $ATELIER_KEY"'];
  if (file) lines.push(`-F ${quote(`photo=@${fileName(file.name)}`)}`, `--form-string ${quote(`query=${formatBody(body)}`)}`);
  else if (body) lines.push("-H 'Content-Type: application/json'", `-d ${quote(formatBody(body))}`);
  return lines.join(" \\\n  ");
}

export function showCurl(request) {
  byId("curl").textContent = commandFor(request);
  byId("curl-lead").textContent = request.file
    ? "Then send the same request, from the folder of the photo"
    : "Then send the same request";
  byId("curl-panel").hidden = false;
}

export function showJson(answer) {
  byId("answer-json").hidden = !answer;
  byId("json").textContent = answer ? JSON.stringify(answer, null, 2) : "";
}

export function setUpCurl() {
  copyOnClick(byId("curl-copy"), () => byId("curl").textContent);
  copyOnClick(byId("export-copy"), () => `export ATELIER_KEY=${quote(currentKey())}`);
}
