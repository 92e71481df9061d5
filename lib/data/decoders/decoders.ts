import { decodeCifar } from "./cifar.ts";
import type { Decoder } from "./decoder.ts";
import { decodeIdxSplit } from "./idx.ts";
import { decodeSvhn } from "./svhn.ts";

/** Decoders by the name that the registry's `format` gives. */
export const DECODERS: Readonly<Record<string, Decoder>> = {
  idx: decodeIdxSplit,
  cifar10: (files, options) => decodeCifar(files, 1, options),
  svhn: decodeSvhn,
  cifar100: (files, options) => decodeCifar(files, 2, options),
};
