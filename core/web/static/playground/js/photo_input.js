// Photos chosen, dropped anywhere on the page, or pasted.

import { byId } from "./dom.js";

/** Listen for photos; `onPhotos` is called with the files of one choice, drop or paste. */
export function acceptPhotos(onPhotos) {
  const { dataset } = document.body;
  const take = (files) => { if (files?.length) onPhotos([...files]); };
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  byId("photos").addEventListener("change", ({ target }) => {
    take(target.files);
    target.value = "";
  });
  document.addEventListener("paste", (event) => take(event.clipboardData?.files));
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    dataset.dropping = "query";
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) delete dataset.dropping; });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    delete dataset.dropping;
    take(event.dataTransfer.files);
  });
}
