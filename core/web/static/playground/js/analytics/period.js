// The period of the reports: the last days, or from one date to another; stored in the address.

import { byId } from "../dom.js";

const DAY = 86_400_000;
const form = byId("period");

const isoDay = (time) => new Date(time).toISOString().slice(0, 10);

/** Return the chosen period as API parameters. */
export function readPeriod() {
  const { days, from, to } = form.elements;
  if (!days.value) return { from: from.value, to: to.value };
  return { from: isoDay(Date.now() - (Number(days.value) - 1) * DAY), to: isoDay(Date.now()) };
}

/** Set up the form; `onChange` is called when the period changes. */
export function setUpPeriod(onChange) {
  loadForm();
  form.addEventListener("change", () => {
    showDates();
    if (!checkDates()) return;
    const { days, from, to } = form.elements;
    const params = days.value ? { days: days.value } : { from: from.value, to: to.value };
    window.history.replaceState(null, "", `#${new URLSearchParams(params)}`);
    onChange();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
}

function loadForm() {
  const given = new URLSearchParams(window.location.hash.slice(1));
  const { days, from, to } = form.elements;
  from.value = given.get("from") ?? "";
  to.value = given.get("to") ?? "";
  const chosenDays = from.value && to.value ? "" : given.get("days");
  const choice = [...days].find(({ value }) => value === chosenDays);
  if (choice) choice.checked = true;
  showDates();
}

/** Show the date fields, filled with the current period. */
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
