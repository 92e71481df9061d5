/**
 * The room "decoders": raw bytes become labels and pixels, a file a format; and
 * single pictures (JPEG, PNG, WebP), which are brought to one size here. It reads
 * bytes that others fetched, and lists folders of pictures.
 *
 * @module
 */

import { decodeCaltech256 } from "./caltech256.ts";
import { decodeCifar } from "./cifar.ts";
import type { Decoder, FilesDecoder } from "./decoder.ts";
import { decodeIdxSplit } from "./idx.ts";
import { decodeSvhn } from "./svhn.ts";

function files(decode: FilesDecoder): Decoder {
  return { reads: "files", decode };
}

/** Decoders by the name that the registry's `format` gives. */
export const DECODERS: Readonly<Record<string, Decoder>> = {
  idx: files(decodeIdxSplit),
  cifar10: files((raw, options) => decodeCifar(raw, 1, options)),
  cifar100: files((raw, options) => decodeCifar(raw, 2, options)),
  svhn: files(decodeSvhn),
  caltech256: { reads: "pictures", decode: decodeCaltech256 },
};
