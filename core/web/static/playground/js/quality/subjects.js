// What is looked at: a photo that was dropped, or an image of the shop.

import { get } from "../api.js";

let shown = "";

/** A photo as `{file, name, address}`; the address of the one before is given back. */
export function photoSubject(file) {
  URL.revokeObjectURL(shown);
  shown = URL.createObjectURL(file);
  return { file, name: file.name, address: shown };
}

/** An image as `{image, name, address}`. Raises `Problem`. */
export async function imageSubject(id, signal) {
  const { image, name, photo_url: address } = await get(`quality/reports/${encodeURIComponent(id)}/`, { signal });
  return { image, name, address };
}

/** A form that sends what is looked at, and these fields; of a field with several values, each. */
export function formOf({ file, image }, fields) {
  const form = new FormData();
  if (file) form.append("photo", file);
  else form.append("image", image);
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat()) form.append(name, one);
  }
  return form;
}
