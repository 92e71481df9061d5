/**
 * Bytes on the server, named by what they are: in pieces that any two holders of
 * the same bytes share, and that nobody can take for others.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Redis } from "ioredis";
import { z } from "zod";
import { sha256Hex } from "../random/mod.ts";
import { pieceKey } from "./names.ts";

/** Bytes of a piece: one command is short enough for others not to wait long. */
export const PIECE_BYTES: number = 4 * 2 ** 20;

/** Bytes by name. */
export interface Blob {
  /** How many. */
  readonly bytes: number;
  /** SHA-256 of each piece. */
  readonly pieces: readonly string[];
}

/** Names of at most so many bytes. */
export function blobSchema(most: number): z.ZodType<Blob> {
  return z.strictObject({
    bytes: z.int().min(0).max(most),
    pieces: z.array(z.string().regex(/^[0-9a-f]{64}$/))
      .max(Math.ceil(most / PIECE_BYTES)),
  }).refine(
    ({ bytes, pieces }) => pieces.length === Math.ceil(bytes / PIECE_BYTES),
    "expected a piece for every 4 MiB",
  );
}

/** Bytes by their digests: what stands between a process and the server. */
export interface PieceCache {
  /** A piece, or undefined where it is not there or not whole. */
  read(digest: string): Promise<Uint8Array | undefined>;
  /** Keeps a piece if that is possible. */
  write(digest: string, piece: Uint8Array): Promise<void>;
}

function piecesOf(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from(
    { length: Math.ceil(bytes.length / PIECE_BYTES) },
    (_, i) => bytes.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES),
  );
}

/** Names bytes. */
export function blobOf(bytes: Uint8Array): Blob {
  return {
    bytes: bytes.length,
    pieces: piecesOf(bytes).map((piece) => sha256Hex(piece)),
  };
}

/**
 * Makes sure that bytes are on the server, and stay for so long.
 *
 * @param redis The connection.
 * @param bytes What; only those that are not there are sent.
 */
export async function putBlob(
  redis: Redis,
  bytes: Uint8Array,
  { seconds, blob = blobOf(bytes) }: {
    readonly seconds: number;
    /** Its name, where that is known. */
    readonly blob?: Blob;
  },
): Promise<Blob> {
  const there = await keepBlob(redis, blob, seconds);
  for (const [index, piece] of piecesOf(bytes).entries()) {
    if (there[index]) continue;
    // A bare Uint8Array would be stored as the text "1,2,3".
    const { buffer, byteOffset, byteLength } = piece;
    await redis.set(
      pieceKey(blob.pieces[index]!),
      Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength),
      "EX",
      seconds,
    );
  }
  return blob;
}

/**
 * Lets a blob stay for so long.
 *
 * @returns Of each piece whether it is there.
 */
export async function keepBlob(
  redis: Redis,
  { pieces }: Blob,
  seconds: number,
): Promise<readonly boolean[]> {
  return await Promise.all(
    pieces.map(async (piece) =>
      await redis.expire(pieceKey(piece), seconds) === 1
    ),
  );
}

/**
 * Fetches bytes. What is not what its name says is deleted: whoever has the bytes
 * puts them there once more.
 *
 * @param redis The connection.
 * @param blob Which.
 * @param options Where to look first, and where the bytes go: an array of their
 * number, by default a new one.
 * @returns The bytes; undefined where a piece is missing.
 */
export async function getBlob<Bytes extends Uint8Array = Uint8Array>(
  redis: Redis,
  { bytes, pieces }: Blob,
  { cache, into = new Uint8Array(bytes) as Uint8Array as Bytes }: {
    readonly cache?: PieceCache;
    readonly into?: Bytes;
  } = {},
): Promise<Bytes | undefined> {
  for (const [index, name] of pieces.entries()) {
    const from = index * PIECE_BYTES;
    const length = Math.min(PIECE_BYTES, bytes - from);
    const kept = await cache?.read(name);
    const piece = kept ?? await fetchPiece(redis, name);
    if (piece?.length !== length) return undefined;
    if (kept === undefined) await cache?.write(name, piece);
    into.set(piece, from);
  }
  return into;
}

async function fetchPiece(
  redis: Redis,
  name: string,
): Promise<Uint8Array | undefined> {
  const piece = await redis.getBuffer(pieceKey(name));
  if (piece === null) return undefined;
  if (sha256Hex(piece) === name) return piece;
  await redis.del(pieceKey(name));
  return undefined;
}
