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

async function load() {
  if (!currentKey()) {
    byId("figures").hidden = true;
    return showNotice({ title: "Enter an API key to begin", text: "This page calls the API with your shop’s key." });
  }
  const turn = (latest += 1);
  try {
    const reports = await readReports(readPeriod());
    if (turn === latest) show(reports);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (turn !== latest) return undefined;
    byId("figures").hidden = true;
    showProblem(problem, load);
  }
  return undefined;
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
setUpKey(() => { load(); loadReplay(); });
load();
loadReplay();
