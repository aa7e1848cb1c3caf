// Format figures and rules: fractions in percent, other numbers with three significant digits.

import { sentence } from "../dom.js";

const short = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumSignificantDigits: 3 });

const SHARE = /^share( .*)?$/;
// Names and units of the measures that rules check.
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

export const formatScore = (score) => (score == null ? "–" : short.format(score));

/** Format a raw figure, such as "78%", "6% of the side", "0.36 stops" or "0.2 × 1/255". */
export function formatRaw({ raw, unit }) {
  if (raw == null) return "unknown";
  const [isShare, ofWhat = ""] = SHARE.exec(unit) ?? [];
  if (isShare) return `${percent.format(raw)}${ofWhat}`;
  const number = (Math.abs(raw) < 100 ? short : whole).format(raw);
  return `${number} ${/^\d/.test(unit) ? "× " : ""}${unit.replace(" x ", " × ")}`.trim();
}

export const nameOf = (subject) => SUBJECTS[subject]?.[0] ?? sentence(subject);

export const formatMeasured = (subject, raw) => formatRaw({ raw, unit: unitOf(subject) });

/** Format a rule, such as "Shorter side at least 250 pixels". */
export function formatRule(subject, { least, most }) {
  const format = (raw) => formatMeasured(subject, raw);
  const bounds = [least != null && `at least ${format(least)}`, most != null && `at most ${format(most)}`];
  return `${nameOf(subject)} ${bounds.filter(Boolean).join(" and ")}`;
}

const unitOf = (subject) => SUBJECTS[subject]?.[1] ?? "";
