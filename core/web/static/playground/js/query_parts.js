// What is asked for: words, products of the shop and a photo, each with a weight; below 0 it is not wanted.

import { get } from "./api.js";

const STEP = 0.5;
const MOST = 3;
const LIMITS = { term: 10, image: 20, photo: 1 };

/** `{kind: "term", text}`, `{kind: "image", id, name, photo_url}` or `{kind: "photo", file, box}`, with `weight`. */
let parts = [];

export const wanted = () => parts;

const isSame = (one, other) =>
  one.kind === other.kind && (one.kind === "photo" || one.text?.toLowerCase() === other.text?.toLowerCase()) && one.id === other.id;

/** Ask for this too; what is asked for already takes the new weight. False when there is no room. */
export function want(part) {
  const place = parts.findIndex((known) => isSame(known, part));
  if (place >= 0) parts = parts.with(place, part);
  else if (parts.filter(({ kind }) => kind === part.kind).length >= LIMITS[part.kind]) return false;
  else parts = [...parts, part];
  return true;
}

export function wantOnly(...only) {
  parts = only;
}

export function drop(part) {
  parts = parts.filter((known) => known !== part);
}

/** "buttons" is a term; "-buttons" is one that is not wanted. */
export function termFrom(text) {
  const [, minus, words] = /^\s*([-−]\s*)?(.*?)\s*$/su.exec(text);
  return { kind: "term", text: words, weight: minus ? -1 : 1 };
}

/** The next weight up (1) or down (-1), passing over 0; the same at either end. */
export function stepped(weight, direction) {
  const next = weight + direction * STEP || direction * STEP;
  return Math.min(MOST, Math.max(-MOST, next));
}

/** The fields of a recommendation that say what is wanted; a photo's file travels beside them. */
export function fieldsOf(asked) {
  const [terms, images, photos] = ["term", "image", "photo"].map((kind) => asked.filter((part) => part.kind === kind));
  const isPlain = terms.length === 1 && terms[0].weight === 1;
  return {
    ...(isPlain && { prompt: terms[0].text }),
    ...(terms.length && !isPlain && { terms: terms.map(({ text, weight }) => ({ text, weight })) }),
    ...(images.length && { images: images.map(({ id, weight }) => ({ id, weight })) }),
    ...(photos.length && { photos: photos.map(({ box, weight }) => (box ? { box, weight } : { weight })) }),
  };
}

export const fileOf = (asked) => asked.find(({ kind }) => kind === "photo")?.file;

export const nameOf = ({ kind, text, name }) => (kind === "term" ? `“${text}”` : kind === "image" ? name : "the photo");

/** "“Red dress”, less “buttons”, like Navy blazer" */
export function titleOf(asked) {
  const said = asked.map((part) => [prefixOf(part), nameOf(part)].filter(Boolean).join(" ")).join(", ");
  return said.charAt(0).toUpperCase() + said.slice(1);
}

function prefixOf({ kind, weight }) {
  if (kind === "term") return weight < 0 ? "less" : "";
  return weight < 0 ? "unlike" : "like";
}

/** What an address can keep: words and products; a photo stays where it is. */
export const toParams = (asked) => asked
  .filter(({ kind }) => kind !== "photo")
  .map(({ kind, text, id, weight }) => [kind, `${weight}:${text ?? id}`]);

/** Whether an address asks for anything; `prompt` is what a form without this module sends. */
export const areIn = (params) => ["term", "image", "prompt"].some((name) => params.get(name));

/** Want what an address says, and nothing else; products that are gone are passed over. */
export async function wantFrom(params) {
  const prompt = params.get("prompt")?.trim();
  const terms = params.getAll("term").map(read).map(([weight, text]) => ({ kind: "term", text, weight }));
  const images = await Promise.all(params.getAll("image").map(read).map(async ([weight, id]) => {
    const image = await get(`images/${encodeURIComponent(id)}/`).catch(() => null);
    return image && likeness(image, weight);
  }));
  parts = [...(prompt ? [termFrom(prompt)] : []), ...terms, ...images.filter(Boolean)];
}

export const likeness = ({ id, name, photo_url }, weight) => ({ kind: "image", id, name, photo_url, weight });

function read(value) {
  const [, weight, rest] = /^(-?[\d.]+):(.*)$/su.exec(value) ?? [null, "1", value];
  return [Number(weight) || 1, rest];
}
