// One form at a time, and one message above it.

const byId = (id) => document.getElementById(id);

/** Show the text that the page has for `name`, otherwise `detail`. */
export function showMessage(name, { detail = "", isError = false } = {}) {
  const message = byId("message");
  message.textContent = document.querySelector(`[data-text="${name}"]`)?.textContent || detail || name;
  message.dataset.kind = isError ? "error" : "calm";
  message.setAttribute("role", isError ? "alert" : "status");
  message.hidden = false;
  message.focus();
}

export const showProblem = ({ code, detail }) => showMessage(code, { detail, isError: true });

/** Show a form; `send` gets its fields, and a form whose request succeeded is hidden. */
export function setUpForm(id, send, { onProblem = showProblem } = {}) {
  const form = byId(id);
  const button = form.querySelector("button");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.setAttribute("aria-busy", "true");
    button.disabled = true;
    try {
      await send(Object.fromEntries(new FormData(form)));
      form.hidden = true;
    } catch (problem) {
      if (problem instanceof Error) throw problem;
      onProblem(problem);
    } finally {
      button.removeAttribute("aria-busy");
      button.disabled = false;
    }
  });
}

/** Start a page that needs a token once the link in the mail was opened, also if a tab is reused. */
export function restartOnNewLink() {
  window.addEventListener("hashchange", () => window.location.reload());
}
