import { promisify } from "node:util";
import { gunzip as gunzipCallback } from "node:zlib";

const gunzipAsync = promisify(gunzipCallback);

/**
 * Unpacks a gzip file of at most `maxBytes` unpacked bytes.
 *
 * @throws {Error} If the bytes are not such a file.
 */
export async function gunzip(
  bytes: Uint8Array<ArrayBuffer>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const unpacked = await gunzipAsync(bytes, { maxOutputLength: maxBytes });
    return new Uint8Array(
      unpacked.buffer as ArrayBuffer,
      unpacked.byteOffset,
      unpacked.byteLength,
    );
  } catch (error) {
    throw new Error(
      `it is not a whole gzip file of at most ${maxBytes} unpacked bytes (${
        error instanceof Error ? error.message : error
      })`,
      { cause: error },
    );
  }
}
