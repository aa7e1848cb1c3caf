// The token of a link is behind the address's `#`, which browsers send to no server.

/** Return the token, and remove it from the address so that history and bookmarks do not store it. */
export function takeToken() {
  const token = decodeURIComponent(window.location.hash.slice(1));
  if (token) window.history.replaceState(null, "", window.location.pathname);
  return token;
}

/** Send a request without credentials; return the answer, or throw its `code` and `detail`. */
export async function post(path, body) {
  let response;
  try {
    response = await fetch(`/api/v1/auth/${path}/`, {
      method: "POST",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw { code: "unreachable", detail: "" };
  }
  const answer = response.status === 204 ? null : await response.json().catch(() => ({}));
  if (!response.ok) throw { code: answer.code ?? "unreachable", detail: answer.detail ?? "" };
  return answer;
}
