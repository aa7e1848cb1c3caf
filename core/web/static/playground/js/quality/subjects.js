// The subject of the page: a file, or an image of the shop.

import { get } from "../api.js";

let objectUrl = "";

/** Return a file as `{file, name, address}`; the address of the previous one becomes invalid. */
export function photoSubject(file) {
  URL.revokeObjectURL(objectUrl);
  objectUrl = URL.createObjectURL(file);
  return { file, name: file.name, address: objectUrl };
}

/** Return an image as `{image, name, address}`. Throws `Problem`. */
export async function imageSubject(id, signal) {
  const { image, name, photo_url: address } = await get(`quality/reports/${encodeURIComponent(id)}/`, { signal });
  return { image, name, address };
}

/** Make a form with the subject and the given fields; an array is sent as repeated fields. */
export function formOf({ file, image }, fields) {
  const form = new FormData();
  if (file) form.append("photo", file);
  else form.append("image", image);
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat()) form.append(name, one);
  }
  return form;
}
