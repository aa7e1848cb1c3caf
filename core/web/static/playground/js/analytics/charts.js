// Figures by day as charts, each with a summary in words for screen readers.

import { byId, el } from "../dom.js";
import { formatCount, formatShare, formatTime } from "./figures.js";

const CHARTS = [
  {
    title: "Answers", kind: "bar", format: formatCount,
    lines: { searches: "Searches", similars: "Similar images", feeds: "Feed pages" },
  },
  {
    title: "Rates", kind: "line", format: formatShare,
    lines: { no_match_rate: "No match", click_through_rate: "Click-through", add_to_cart_rate: "Add to cart" },
  },
  { title: "Time to answer", kind: "line", format: formatTime, lines: { latency_median_ms: "Median", latency_p95_ms: "95 in 100 within" } },
  { title: "What shoppers did", kind: "bar", format: formatCount, lines: { clicks: "Clicks", likes: "Likes", dislikes: "Dislikes", add_to_carts: "Into the cart", purchases: "Purchases" } },
];
const COLOURS = ["--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5"];
// Dash patterns distinguish the lines without colours.
const DASHES = [[], [6, 4], [2, 3]];

let charts = [];

/** Draw all charts for these days. */
export function showCharts(days) {
  charts.forEach((chart) => chart.destroy());
  const canvases = CHARTS.map((chart) => el("canvas", { role: "img", "aria-label": summaryOf(chart, days) }));
  byId("charts").replaceChildren(...CHARTS.map(({ title }, place) =>
    el("figure", { class: "panel" }, el("figcaption", { text: title }), el("div", { class: "plot" }, canvases[place]))));
  charts = CHARTS.map((chart, place) => draw(chart, canvases[place], days));
}

function draw({ kind, format, lines }, canvas, days) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const font = { family: style.getPropertyValue("--pico-font-family"), size: 12 };
  const datasets = Object.entries(lines).map(([name, label], place) => ({
    label,
    data: days.map((day) => day[name]),
    borderColor: colour(COLOURS[place]),
    backgroundColor: colour(COLOURS[place]),
    ...(kind === "line" && { borderWidth: 2, borderDash: DASHES[place], pointRadius: days.length > 31 ? 0 : 2.5, tension: 0.25, spanGaps: true }),
    ...(kind === "bar" && { borderRadius: 2, maxBarThickness: 28 }),
  }));
  const isStacked = kind === "bar";
  return new window.Chart(canvas, {
    type: kind,
    data: { labels: days.map(({ day }) => day), datasets },
    options: {
      animation: false, maintainAspectRatio: false, color: colour("--soft"), font,
      interaction: { mode: "index", intersect: false },
      plugins: {
        legend: { position: "bottom", labels: { boxWidth: 10, boxHeight: 10, usePointStyle: kind === "line", pointStyle: "line", pointStyleWidth: 26, font } },
        tooltip: { callbacks: { label: ({ dataset, raw }) => ` ${dataset.label}: ${format(raw)}` } },
      },
      scales: {
        x: { stacked: isStacked, grid: { display: false }, ticks: { color: colour("--soft"), font, maxRotation: 0, autoSkipPadding: 16, callback(value) { return shortDay(this.getLabelForValue(value)); } } },
        y: { stacked: isStacked, beginAtZero: true, border: { display: false }, grid: { color: colour("--line") }, ticks: { color: colour("--soft"), font, maxTicksLimit: 5, callback: format, ...(format === formatCount && { precision: 0 }) } },
      },
    },
  });
}

const shortDay = (day) => new Date(`${day}T00:00Z`).toLocaleDateString(undefined, { day: "numeric", month: "short", timeZone: "UTC" });

/** "Answers by day, 1 Nov to 30 Nov. Searches: at most 40, on 3 Nov. …" */
function summaryOf({ title, format, lines }, days) {
  const sentences = Object.entries(lines).map(([name, label]) => {
    const known = days.filter((day) => day[name] != null);
    if (!known.length) return `${label}: nothing.`;
    const top = known.reduce((best, day) => (day[name] > best[name] ? day : best));
    return `${label}: at most ${format(top[name])}, on ${shortDay(top.day)}.`;
  });
  return `${title} by day, ${shortDay(days[0].day)} to ${shortDay(days.at(-1).day)}. ${sentences.join(" ")}`;
}
