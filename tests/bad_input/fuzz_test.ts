/**
 * Decoders of foreign bytes on noise, and on sound files that are cut or changed:
 * they decode or refuse in words, and nothing else. The cases are the same in every
 * run. (Networks of other programs: tests/exchange/import_refusals_test.ts.)
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { command as rq1 } from "../../experiments/rq1_compression.ts";
import { parseCommand, UsageError } from "../../lib/cli/mod.ts";
import { decodeCifar } from "../../lib/data/decoders/cifar.ts";
import { decodeIdxSplit } from "../../lib/data/decoders/idx.ts";
import { decodeMat5 } from "../../lib/data/decoders/mat5.ts";
import { decodePicture } from "../../lib/data/decoders/picture.ts";
import { encodePng } from "../../lib/lab/pictures/contact_sheet.ts";
import {
  createRecord,
  readRecord,
  RecordError,
  recordText,
} from "../../lib/report/mod.ts";
import { decodeTensors, encodeTensors } from "../../lib/training/mod.ts";
import { idx } from "../data/_fixture.ts";

/** One decoder. */
interface Target {
  /** A file that it takes. */
  readonly sound: Uint8Array;
  readonly decode: (bytes: Uint8Array) => unknown;
  /** A file around any JSON, where the format has some. */
  readonly around?: (json: string) => Uint8Array;
  /** What it throws of files that it does not take. */
  readonly refusal: abstract new (...args: never[]) => Error;
  readonly runs: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const SHAPE = [1, 2, 2] as const;

/** A MAT-file of level 5 with one array of bytes. */
function mat(): Uint8Array {
  const bytes = new Uint8Array(128 + 8 + 16 + 16 + 16 + 16);
  const view = new DataView(bytes.buffer);
  view.setUint16(124, 0x0100, true);
  bytes.set(encoder.encode("IM"), 126);
  const words = [14, 64, 6, 8, 9, 0, 5, 8, 2, 2, 1, 1, 0x58, 0, 2, 4, 0, 0];
  words.forEach((word, at) => view.setUint32(128 + 4 * at, word, true));
  return bytes;
}

const OPTIONS = `width: 0.5
student: { epochs: 2, batchSize: 32 }
subjects:
  - { dataset: mnist, network: vgg13 }
`;

const folder = await Deno.makeTempDir();
globalThis.addEventListener(
  "unload",
  () => Deno.removeSync(folder, { recursive: true }),
);

const TARGETS: Readonly<Record<string, Target>> = {
  "decodeIdxSplit()": {
    sound: idx([3, 2, 2], Uint8Array.from({ length: 12 }, (_, at) => at)),
    decode: (images) =>
      decodeIdxSplit(
        { images, labels: idx([3], Uint8Array.of(0, 1, 2)) },
        { shape: SHAPE, classCount: 3, split: "train" },
      ),
    refusal: SyntaxError,
    runs: 500,
  },
  "decodeCifar()": {
    sound: Uint8Array.from({ length: 15 }, (_, at) => at % 5 ? at : at / 5),
    decode: (bytes) =>
      decodeCifar({ all: bytes }, 1, {
        shape: SHAPE,
        classCount: 3,
        split: "train",
      }),
    refusal: SyntaxError,
    runs: 500,
  },
  "decodeMat5()": {
    sound: mat(),
    decode: (bytes) => decodeMat5(bytes, 1 << 20),
    refusal: SyntaxError,
    runs: 500,
  },
  "decodeTensors()": {
    sound: encodeTensors({
      tensors: {
        weight: { shape: [2, 3], data: new Float32Array(6) },
        bias: { shape: [2], data: new Float32Array(2) },
      },
      metadata: { note: "x" },
    }),
    decode: decodeTensors,
    around: (json) => tensorFile(json),
    refusal: SyntaxError,
    runs: 500,
  },
  "decodePicture()": {
    sound: encodePng(Uint8Array.from({ length: 48 }, (_, at) => 5 * at), 4),
    decode: decodePicture,
    refusal: SyntaxError,
    runs: 200,
  },
  "readRecord()": {
    sound: encoder.encode(
      recordText(
        createRecord({ question: "rq1", profile: "smoke" }, { a: [1, 2] }),
      ),
    ),
    decode: (bytes) => readRecord(decoder.decode(bytes), "rq1/smoke.json"),
    around: (json) => encoder.encode(json),
    refusal: RecordError,
    runs: 500,
  },
  "parseCommand() with a file": {
    sound: encoder.encode(OPTIONS),
    decode(bytes) {
      Deno.writeFileSync(`${folder}/own.yaml`, bytes);
      return parseCommand(rq1, ["--config", `${folder}/own.yaml`]);
    },
    around: (json) => encoder.encode(json),
    refusal: UsageError,
    runs: 200,
  },
};

/** What parsers trip over. */
const TOKENS = ["null", "[]", "{}", "-1", "1e999", '""', "\0", "0", "[[", "*a"];

/** A safetensors file with this header, and 32 bytes. */
function tensorFile(header: string): Uint8Array {
  const text = encoder.encode(header);
  const bytes = new Uint8Array(8 + text.length + 32);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

/** Noise, and the sound file cut, changed, or with something put in. */
function variants(
  { sound, around }: Pick<Target, "sound" | "around">,
): fc.Arbitrary<Uint8Array> {
  const at = fc.nat(sound.length - 1);
  const parts = fc.tuple(at, fc.nat(20), fc.constantFrom(...TOKENS));
  return fc.oneof(
    ...around === undefined ? [] : [fc.json().map(around)],
    parts.map(([from, length, token]) =>
      Uint8Array.from([
        ...sound.subarray(0, from),
        ...encoder.encode(token),
        ...sound.subarray(from + length),
      ])
    ),
    fc.uint8Array({ maxLength: 300 }),
    at.map((length) => sound.slice(0, length)),
    fc.array(fc.tuple(at, fc.nat(255)), { minLength: 1, maxLength: 4 })
      .map((changes) => {
        const bytes = sound.slice();
        for (const [place, value] of changes) bytes[place] = value;
        return bytes;
      }),
    fc.tuple(at, fc.uint8Array({ minLength: 1, maxLength: 20 }))
      .map(([place, put]) =>
        Uint8Array.from([
          ...sound.subarray(0, place),
          ...put,
          ...sound.subarray(place),
        ])
      ),
  );
}

// Seen to fail: of tensors, with any JSON taken for a header; of MAT, with an element's
// end unchecked; of CIFAR, with the length unchecked; of records, with the form
// unchecked; of pictures, with libvips' errors passed on; of options, with any document
// taken for a mapping.
for (
  const [name, { sound, decode, around, refusal, runs }] of Object.entries(
    TARGETS,
  )
) {
  Deno.test(`${name} decodes or refuses ${runs} files that are cut, changed or noise`, async () => {
    await decode(sound);
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        variants({ sound, ...around && { around } }),
        async (bytes) => {
          try {
            await decode(bytes);
          } catch (error) {
            refused++;
            assert(
              error instanceof refusal,
              `${error}\n${(error as Error).stack}`,
            );
            assert(error.message.length > 0);
          }
        },
      ),
      { seed: 20180430, numRuns: runs },
    );
    assert(refused > runs / 10, `only ${refused} were refused`);
  });
}
