// Two photos side by side, measure by measure, and the weaker one enhanced.

import { announce, byId, el } from "../dom.js";
import { changeNodes } from "./change_view.js";
import { formatRaw, formatScore } from "./figures.js";
import { pairGauge } from "./gauges.js";
import { runJob } from "./jobs.js";
import { chosenProfile } from "./profiles.js";

const SIDES = ["first", "second"];
const TITLES = { first: "First", second: "Second" };

/** Compare two files and show the result. Throws `Problem`. */
export async function compare(files, signal) {
  const form = new FormData();
  for (const file of files) form.append("photo", file);
  form.append("enhancement_level", byId("compare-level").value);
  form.append("profile", chosenProfile());
  const row = await runJob("quality/compare/", form, { place: "look-progress", signal });
  show(row);
  announce(row.advice);
}

function show(row) {
  byId("pair").hidden = false;
  byId("advice").textContent = row.advice;
  byId("sides").replaceChildren(...SIDES.map((side) => picture(side, row)));
  byId("likeness").replaceChildren(...likenessNodes(row.likeness));
  byId("lines").replaceChildren(...row.measures.map(({ first, second, better }) =>
    pairGauge(Object.values(TITLES), [first, second], SIDES.indexOf(better))));
  byId("weaker").replaceChildren(...weakerNodes(row));
}

function picture(side, row) {
  const isBetter = row.better === side;
  return el("figure", { dataset: { better: String(isBetter) } },
    el("img", { src: row[side].photo_url, alt: `${TITLES[side]} photo` }),
    el("figcaption", {}, `${TITLES[side]}: ${formatScore(row[side].score)} of 100`,
      isBetter && el("span", { class: "better", text: "better" })));
}

/** Make the nodes for the likeness of two photos of one scene; none for different scenes. */
function likenessNodes(given) {
  if (!given) return [];
  const figures = {
    SSIM: ["structure in common, at most 1", formatScore(given.ssim)], PSNR: ["dB between them", formatScore(given.psnr)],
    GMSD: ["difference of edges, at least 0", formatScore(given.gmsd)],
    Overlap: ["of the frame in common", formatRaw({ raw: given.overlap, unit: "share" })],
  };
  return Object.entries(figures).map(([name, [hint, value]]) =>
    el("div", {}, el("dt", { text: name }), el("dd", {}, el("b", { text: value }), el("small", { text: hint }))));
}

function weakerNodes({ enhancement, better, ...row }) {
  if (!enhancement) return [el("p", { class: "note", text: better === "same" ? "Both are about as good." : "The weaker one could not be enhanced." })];
  const side = enhancement.photo;
  return [el("p", { class: "note", text: `The ${side} photo.` }), ...changeNodes(row[side].photo_url, enhancement.photo_url, enhancement)];
}
