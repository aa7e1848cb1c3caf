// The photo of the query: chosen, taken or dropped, and shown with its region.

import { byId } from "./dom.js";
import { setUpRegion, showRegion } from "./region_editor.js";
import { addPart, queryParts } from "./query_parts.js";

/** Set up the buttons and the region editor; `onPhoto` is called with a file, `onRegion` when the region changed. */
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
    addPart({ ...photoOfQuery(), box });
    onRegion();
  });
}

export const photoPart = (file) => ({ kind: "photo", file, box: null, weight: 1 });

let shownFile = null;

const photoOfQuery = () => queryParts().find(({ kind }) => kind === "photo");

/** Show the photo of the query, if it has one. */
export function showPhotoQuery() {
  const part = photoOfQuery();
  const preview = byId("query-preview");
  byId("region").hidden = !part;
  if (shownFile === (part?.file ?? null)) return;
  shownFile = part?.file ?? null;
  URL.revokeObjectURL(preview.src);
  if (part) {
    preview.src = URL.createObjectURL(part.file);
    preview.alt = `Photo of the query, ${part.file.name}`;
  } else preview.removeAttribute("src");
  showRegion(part?.box ?? null);
}
