/**
 * One seed, many named streams; and the digest and canonical text that names
 * and identities are made of.
 *
 * @module
 */
export * from "./canonical_json.ts";
export * from "./digest.ts";
export * from "./random.ts";
export * from "./stream.ts";
