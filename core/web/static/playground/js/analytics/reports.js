// Load the API's reports as JSON, or save them as CSV.

import { download, get } from "../api.js";
import { saveFile } from "../downloads.js";

const ROWS = 10;
const REPORTS = {
  days: ["analytics/", {}],
  prompts: ["analytics/prompts/", {}],
  lost: ["analytics/prompts/", { only: "no_match" }],
  wants: ["analytics/buying-list/", {}],
  best: ["analytics/images/", { order: "best" }],
  worst: ["analytics/images/", { order: "worst" }],
};

/** Load all reports of a period, by name. Throws `Problem`. */
export async function readReports(period) {
  const names = Object.keys(REPORTS);
  // Days are as many as the period has.
  const rowsOf = (name) => (name === "days" ? {} : { limit: ROWS });
  const read = await Promise.all(names.map((name) => get(addressOf(name, { ...period, ...rowsOf(name) }))));
  const reports = Object.fromEntries(names.map((name, place) => [name, read[place]]));
  // Images without popularity are not among the best, even in a short list.
  reports.best.results = reports.best.results.filter(({ popularity }) => popularity > 0);
  return reports;
}

/** Save all rows of a report as a file. A plain link could not send the key. Throws `Problem`. */
export async function saveReport(name, period) {
  const { name: fileName, file } = await download(addressOf(name, period), "text/csv");
  saveFile(file, fileName);
}

function addressOf(name, params) {
  const [path, own] = REPORTS[name];
  return `${path}?${new URLSearchParams({ ...own, ...params })}`;
}
