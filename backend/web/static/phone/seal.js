// Seals what the phone keeps: AES-GCM under a key that the browser holds and never gives out.

import { add, get } from "./store.js";

const encoder = new TextEncoder();

async function key() {
  const kept = await get("keys", "seal");
  if (kept) return kept.key;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  try {
    await add("keys", { id: "seal", key: made });
    return made;
  } catch (problem) {
    if (problem?.name !== "ConstraintError") throw problem;
    return (await get("keys", "seal")).key; // another tab was first
  }
}

const cipher = (iv, place) => ({ name: "AES-GCM", iv, additionalData: encoder.encode(place) });

/** Seal something that JSON can hold; it opens only at the same `place`. */
export async function seal(place, content) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt(cipher(iv, place), await key(), encoder.encode(JSON.stringify(content)));
  return { iv, sealed };
}

export async function unseal(place, { iv, sealed }) {
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(cipher(iv, place), await key(), sealed)));
}

export async function sha256(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
