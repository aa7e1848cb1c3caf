// How figures and rules are said: shares in percent, every number no longer than it is worth.

import { sentence } from "../dom.js";

const short = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumSignificantDigits: 3 });

const SHARE = /^share( .*)?$/;
// What rules ask for: its name where it is not plainly its key, and its unit.
const SUBJECTS = {
  width: ["Width", "pixels"],
  height: ["Height", "pixels"],
  longer_side: ["Longer side", "pixels"],
  shorter_side: ["Shorter side", "pixels"],
  megapixels: ["Size", "megapixels"],
  file_megabytes: ["File", "MB"],
  aspect: ["Width by height", ""],
  clipping: ["Clipping", "share"],
  background_whiteness: ["Background whiteness", "share"],
  subject_fill: ["Fill of the frame", "share"],
  centring: ["Off centre", "share"],
  blockiness: ["JPEG blocks", ""],
};

export const sayScore = (score) => (score == null ? "–" : short.format(score));

/** "78%", "6% of the side", "0.36 stops", "0.2 × 1/255" */
export function sayRaw({ raw, unit }) {
  if (raw == null) return "cannot be told";
  const [isShare, ofWhat = ""] = SHARE.exec(unit) ?? [];
  if (isShare) return `${percent.format(raw)}${ofWhat}`;
  const number = (Math.abs(raw) < 100 ? short : whole).format(raw);
  return `${number} ${/^\d/.test(unit) ? "× " : ""}${unit.replace(" x ", " × ")}`.trim();
}

export const nameOf = (subject) => SUBJECTS[subject]?.[0] ?? sentence(subject);

export const sayMeasured = (subject, raw) => sayRaw({ raw, unit: unitOf(subject) });

/** "Shorter side at least 250 pixels" */
export function sayRule(subject, { least, most }) {
  const say = (raw) => sayMeasured(subject, raw);
  const bounds = [least != null && `at least ${say(least)}`, most != null && `at most ${say(most)}`];
  return `${nameOf(subject)} ${bounds.filter(Boolean).join(" and ")}`;
}

const unitOf = (subject) => SUBJECTS[subject]?.[1] ?? "";
