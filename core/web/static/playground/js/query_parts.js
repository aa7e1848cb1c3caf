// The parts of the query: texts, products and a photo, each with a weight; a negative weight counts against.

import { get } from "./api.js";

const WEIGHT_STEP = 0.5;
const MAX_WEIGHT = 3;
const LIMITS = { term: 10, image: 20, photo: 1 };

/** `{kind: "term", text, isLiteral}`, `{kind: "image", id, name, photo_url, thumbnails}` or `{kind: "photo", file, box}`, with `weight`. */
let parts = [];

export const queryParts = () => parts;

const isSame = (one, other) =>
  one.kind === other.kind && (one.kind === "photo" || one.text?.toLowerCase() === other.text?.toLowerCase()) && one.id === other.id;

/** Add a part, or update the weight of the same part; false if the limit is reached. */
export function addPart(part) {
  const place = parts.findIndex((known) => isSame(known, part));
  if (place >= 0) parts = parts.with(place, part);
  else if (parts.filter(({ kind }) => kind === part.kind).length >= LIMITS[part.kind]) return false;
  else parts = [...parts, part];
  return true;
}

export function setParts(...newParts) {
  parts = newParts;
}

export function removePart(part) {
  parts = parts.filter((known) => known !== part);
}

/** Parse a text: "buttons" is a term with weight 1, "-buttons" one with weight -1. */
export function termFrom(text) {
  const [, minus, words] = /^\s*([-−]\s*)?(.*?)\s*$/su.exec(text);
  return { kind: "term", text: words, weight: minus ? -1 : 1 };
}

/** Return the next weight up (1) or down (-1), skipping 0, within the limits. */
export function nextWeight(weight, direction) {
  const next = weight + direction * WEIGHT_STEP || direction * WEIGHT_STEP;
  return Math.min(MAX_WEIGHT, Math.max(-MAX_WEIGHT, next));
}

/** Return the parts as fields of a recommendation request; a photo's file is sent in addition. */
export function fieldsOf(given) {
  const [terms, images, photos] = ["term", "image", "photo"].map((kind) => given.filter((part) => part.kind === kind));
  const isPlain = terms.length === 1 && terms[0].weight === 1;
  return {
    ...(isPlain && { prompt: terms[0].text }),
    ...(terms.some(({ isLiteral }) => isLiteral) && { understand: false }),
    ...(terms.length && !isPlain && { terms: terms.map(({ text, weight }) => ({ text, weight })) }),
    ...(images.length && { images: images.map(({ id, weight }) => ({ id, weight })) }),
    ...(photos.length && { photos: photos.map(({ box, weight }) => (box ? { box, weight } : { weight })) }),
  };
}

export const fileOf = (given) => given.find(({ kind }) => kind === "photo")?.file;

export const nameOf = ({ kind, text, name }) => (kind === "term" ? `“${text}”` : kind === "image" ? name : "the photo");

/** Return a title such as "“Red dress”, less “buttons”, like Navy blazer". */
export function titleOf(given) {
  const title = given.map((part) => [prefixOf(part), nameOf(part)].filter(Boolean).join(" ")).join(", ");
  return title.charAt(0).toUpperCase() + title.slice(1);
}

function prefixOf({ kind, weight }) {
  if (kind === "term") return weight < 0 ? "less" : "";
  return weight < 0 ? "unlike" : "like";
}

/** Return the parts that can be stored in an address: texts and products, not a photo. */
export const toParams = (given) => given
  .filter(({ kind }) => kind !== "photo")
  .map(({ kind, text, id, weight }) => [kind, `${weight}:${text ?? id}`]);

/** Check whether an address has a query; `prompt` is sent by a form without this module. */
export const hasParts = (params) => ["term", "image", "prompt"].some((name) => params.get(name));

/** Set the parts from an address; deleted products are skipped. */
export async function loadParts(params) {
  const prompt = params.get("prompt")?.trim();
  const terms = params.getAll("term").map(readWeight).map(([weight, text]) => ({ kind: "term", text, weight }));
  const images = await Promise.all(params.getAll("image").map(readWeight).map(async ([weight, id]) => {
    const image = await get(`images/${encodeURIComponent(id)}/`).catch(() => null);
    return image && imagePart(image, weight);
  }));
  parts = [...(prompt ? [termFrom(prompt)] : []), ...terms, ...images.filter(Boolean)];
}

export const imagePart = ({ id, name, photo_url, thumbnails }, weight) => ({ kind: "image", id, name, photo_url, thumbnails, weight });

function readWeight(value) {
  const [, weight, rest] = /^(-?[\d.]+):(.*)$/su.exec(value) ?? [null, "1", value];
  return [Number(weight) || 1, rest];
}
