// Parser of server-sent events (WHATWG HTML, 9.2.6); EventSource can neither send a body nor a key.

/** Yield each event with its `name` and its parsed JSON `data`. */
export async function* eventsOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (text + value).split(/\r?\n\r?\n/);
    text = blocks.pop();
    // A block without data is a comment that only keeps the connection open.
    yield* blocks.filter((block) => /^data:/m.test(block)).map(parse);
  }
}

function parse(block) {
  const lines = block.split(/\r?\n/);
  const valuesOf = (field) => lines.filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1).trimStart());
  return { name: valuesOf("event").at(-1) ?? "message", data: JSON.parse(valuesOf("data").join("\n")) };
}
