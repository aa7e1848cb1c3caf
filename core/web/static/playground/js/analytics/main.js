// Set up the analytics page; its reports are loaded again each minute.

import { Problem } from "../api.js";
import { announce, byId } from "../dom.js";
import { currentKey, setUpKey } from "../key.js";
import { clearNotice, showNotice, showProblem } from "../notices.js";
import { showCharts } from "./charts.js";
import { showTotals } from "./figures.js";
import { readPeriod, setUpPeriod } from "./period.js";
import { loadReplay, setUpReplay } from "./replay.js";
import { readReports, saveReport } from "./reports.js";
import { showTables } from "./tables.js";

const MINUTE = 60_000;
const scheme = window.matchMedia("(prefers-color-scheme: dark)");
const ACTIVITY = ["answers", "impressions", "clicks", "likes", "dislikes", "add_to_carts", "purchases"];

let latest = 0;
let days = [];

/** Load the figures, and then the replays: what is wrong with the key is said once. */
async function loadAll() {
  byId("replays").hidden = true;
  if (await load()) await loadReplay();
}

/** Load and show the figures; the answer is whether they could be read. */
async function load() {
  if (!currentKey()) {
    byId("figures").hidden = true;
    showNotice({ title: "Enter an API key to begin", text: "This page calls the API with your shop’s key." });
    return false;
  }
  const turn = (latest += 1);
  try {
    const reports = await readReports(readPeriod());
    if (turn !== latest) return false;
    show(reports);
    return true;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (turn !== latest) return false;
    byId("figures").hidden = true;
    showProblem(problem, loadAll);
    return false;
  }
}

function show(reports) {
  const { total, results } = reports.days;
  const isEmpty = ACTIVITY.every((name) => !total[name]);
  clearNotice();
  byId("figures").hidden = isEmpty;
  byId("as-of").textContent = `As of ${new Date().toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" })}`;
  if (isEmpty) {
    showNotice({
      title: "No activity in this period",
      text: "Search on the search page, or send requests and events through the API. They are counted within a minute.",
    });
    return;
  }
  days = results;
  showTotals(total);
  showCharts(days);
  showTables(reports);
}

for (const button of document.querySelectorAll("[data-csv]")) {
  button.addEventListener("click", async () => {
    try {
      await saveReport(button.dataset.csv, readPeriod());
      announce("Downloaded");
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      showProblem(problem, () => button.click());
    }
  });
}

scheme.addEventListener("change", () => { if (days.length) showCharts(days); });
window.setInterval(() => { if (!document.hidden) load(); }, MINUTE);
setUpPeriod(load);
setUpReplay();
setUpKey(loadAll);
loadAll();
