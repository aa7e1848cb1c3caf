// A photo that is asked with: chosen, taken or dropped, and shown with its region.

import { byId } from "./dom.js";
import { setUpRegion, showRegion } from "./region_editor.js";
import { want, wanted } from "./query_parts.js";

/** Wire the buttons and the region; `onPhoto` is called with a file, `onRegion` when the region changed. */
export function setUpPhotoQuery(onPhoto, onRegion) {
  const pairs = { "photo-button": "query-photo", "camera-button": "query-camera" };
  for (const [button, field] of Object.entries(pairs)) {
    byId(button).addEventListener("click", () => byId(field).click());
    byId(field).addEventListener("change", ({ target }) => {
      if (target.files[0]) onPhoto(target.files[0]);
      target.value = "";
    });
  }
  setUpRegion((box) => {
    want({ ...asked(), box });
    onRegion();
  });
}

export const photoPart = (file) => ({ kind: "photo", file, box: null, weight: 1 });

let shown = null;

const asked = () => wanted().find(({ kind }) => kind === "photo");

/** Show the photo that is asked with, if there is one. */
export function showPhotoQuery() {
  const part = asked();
  const preview = byId("query-preview");
  byId("region").hidden = !part;
  if (shown === (part?.file ?? null)) return;
  shown = part?.file ?? null;
  URL.revokeObjectURL(preview.src);
  if (part) {
    preview.src = URL.createObjectURL(part.file);
    preview.alt = `The photo asked with, ${part.file.name}`;
  } else preview.removeAttribute("src");
  showRegion(part?.box ?? null);
}
