// Which days are read: the last so many, or from one date to another; kept in the address.

import { byId } from "../dom.js";

const DAY = 86_400_000;
const form = byId("period");

const isoDay = (time) => new Date(time).toISOString().slice(0, 10);

/** The days chosen, as the API takes them. */
export function readPeriod() {
  const { days, from, to } = form.elements;
  if (!days.value) return { from: from.value, to: to.value };
  return { from: isoDay(Date.now() - (Number(days.value) - 1) * DAY), to: isoDay(Date.now()) };
}

/** Wire the form; `onChange` is called when other days are chosen. */
export function setUpPeriod(onChange) {
  recall();
  form.addEventListener("change", () => {
    showDates();
    if (!checkDates()) return;
    const { days, from, to } = form.elements;
    const said = days.value ? { days: days.value } : { from: from.value, to: to.value };
    window.history.replaceState(null, "", `#${new URLSearchParams(said)}`);
    onChange();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
}

function recall() {
  const given = new URLSearchParams(window.location.hash.slice(1));
  const { days, from, to } = form.elements;
  from.value = given.get("from") ?? "";
  to.value = given.get("to") ?? "";
  const said = from.value && to.value ? "" : given.get("days");
  const choice = [...days].find(({ value }) => value === said);
  if (choice) choice.checked = true;
  showDates();
}

/** Offer dates to choose, beginning with those that are shown. */
function showDates() {
  const { days, from, to } = form.elements;
  byId("dates").hidden = Boolean(days.value);
  if (!days.value) {
    from.value ||= isoDay(Date.now() - 29 * DAY);
    to.value ||= isoDay(Date.now());
  }
}

function checkDates() {
  const { days, from, to } = form.elements;
  const isBackwards = !days.value && from.value > to.value;
  to.setCustomValidity(isBackwards ? "This is before the first day." : "");
  return Boolean(days.value) || form.reportValidity();
}
