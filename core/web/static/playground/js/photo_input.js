// Photos chosen, dropped anywhere on the page, or pasted.

import { byId } from "./dom.js";
import { acceptDrops } from "./drops.js";

/** Listen for photos; `onPhotos` is called with the files of one choice, drop or paste. */
export function acceptPhotos(onPhotos) {
  const take = (files) => { if (files?.length) onPhotos([...files]); };
  byId("photos").addEventListener("change", ({ target }) => {
    take(target.files);
    target.value = "";
  });
  document.addEventListener("paste", (event) => take(event.clipboardData?.files));
  acceptDrops(take);
}
