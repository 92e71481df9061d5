/** Data files, pictures, networks, teachers and records that are wrong. */

import { gzipSync } from "node:zlib";
import { openEntry } from "../../lib/data/cache/open_entry.ts";
import { openDataSet } from "../../lib/data/mod.ts";
import { readNetwork } from "../../lib/exchange/mod.ts";
import { encodePng } from "../../lib/lab/pictures/contact_sheet.ts";
import { recordedTeacher } from "../../lib/lab/teacher/files.ts";
import { storedCalibration } from "../../lib/lab/forecast/calibration.ts";
import { createRecord, readRecord, recordText } from "../../lib/report/mod.ts";
import { encodeTensors } from "../../lib/training/mod.ts";
import { idx, makeFixture, offline } from "../data/_fixture.ts";
import type { BadInput } from "./_refuse.ts";

const DATA = 5;
const USAGE = 2;

const FIXTURE = makeFixture({ train: 6, test: 3 });
const IMAGES = FIXTURE.files["train-images"]!;
const LABELS = FIXTURE.files["train-labels"]!;

/** Opens a set of MNIST's form from the user's own files. */
function own(
  name: string,
  files: Readonly<Record<string, Uint8Array | string>>,
  message: RegExp,
): BadInput {
  const all = { ...FIXTURE.files, ...files };
  return {
    name: `own data: ${name}`,
    files: Object.fromEntries(
      Object.entries(all).map(([path, bytes]) => [`own/${path}`, bytes]),
    ),
    use: (folder) =>
      openEntry("set", FIXTURE.entry, {
        cacheDir: `${folder}/cache`,
        dataDir: `${folder}/own`,
        fetch: offline,
        timeouts: { answerMs: 1, stallMs: 1, paceMs: 1, retryMs: 1 },
      }),
    code: DATA,
    message,
  };
}

/** Bytes with some of them changed. */
function changed(
  bytes: Uint8Array,
  changes: Readonly<Record<number, number>>,
): Uint8Array {
  const copy = bytes.slice();
  for (const [at, value] of Object.entries(changes)) copy[Number(at)] = value;
  return copy;
}

const images = (name: string, bytes: Uint8Array | string) =>
  own(`images: ${name}`, { "train-images": bytes }, /own.*train-images|set/);
const labels = (name: string, bytes: Uint8Array | string) =>
  own(`labels: ${name}`, { "train-labels": bytes }, /own.*train-labels|set/);

export const OWN_DATA: readonly BadInput[] = [
  images("nothing", ""),
  images("a text", "P5 28 28\n"),
  images("HTML of a server", "<!doctype html><title>404</title>"),
  images("a header only", IMAGES.subarray(0, 16)),
  images("a cut header", IMAGES.subarray(0, 7)),
  images("a byte short", IMAGES.subarray(0, -1)),
  images("a byte long", Uint8Array.from([...IMAGES, 0])),
  images("another magic", changed(IMAGES, { 0: 1 })),
  images("signed bytes", changed(IMAGES, { 2: 9 })),
  images("floats", changed(IMAGES, { 2: 13 })),
  images("no dimensions", changed(IMAGES, { 3: 0 })),
  images("255 dimensions", changed(IMAGES, { 3: 255 })),
  images("four billion images", changed(IMAGES, { 4: 255, 5: 255, 6: 255 })),
  images("one image more", changed(IMAGES, { 7: 7 })),
  images("one image fewer", changed(IMAGES, { 7: 5 })),
  images("other sides", changed(IMAGES, { 11: 27 })),
  images("labels", LABELS),
  images("gzip within", gzipSync(IMAGES)),
  labels("nothing", ""),
  labels("images", IMAGES),
  labels("a byte short", LABELS.subarray(0, -1)),
  labels("a byte long", Uint8Array.from([...LABELS, 0])),
  labels("one more", idx([7], new Uint8Array(7))),
  labels("class 10 of 0 to 9", changed(LABELS, { 8: 10 })),
  labels("class 255", changed(LABELS, { 13: 255 })),
  labels("two dimensions", idx([6, 1], new Uint8Array(6))),
  own(
    "no training images",
    {
      "train-images": idx([0, 28, 28], new Uint8Array(0)),
      "train-labels": idx([0], new Uint8Array(0)),
    },
    /train split has 0 images|expected at least 1/,
  ),
];

const PNG = encodePng(Uint8Array.from({ length: 48 }, (_, at) => 5 * at), 4);

/** Opens a folder of pictures in which one is wrong. */
function picture(
  name: string,
  bytes: Uint8Array | string,
): BadInput {
  return {
    name: `picture: ${name}`,
    files: {
      "set/train/a/1.png": PNG,
      "set/train/a/2.png": bytes,
      "set/train/b/1.png": PNG,
      "set/test/a/1.png": PNG,
      "set/test/b/1.png": PNG,
    },
    use: (folder) =>
      openDataSet(`folder:${folder}/set`, { cacheDir: `${folder}/cache` }),
    code: DATA,
    message: /Cannot (read 1 of 5 pictures|use pictures of 2 sizes)/,
  };
}

const SVG =
  `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><text>&x;</text></svg>`;

export const PICTURES: readonly BadInput[] = [
  picture("nothing", ""),
  picture("a text", "picture"),
  picture("cut", PNG.subarray(0, PNG.length >> 1)),
  picture("a header only", PNG.subarray(0, 33)),
  picture("another byte in its pixels", changed(PNG, { 45: 0, 46: 255 })),
  picture("another sum of its header", changed(PNG, { 30: PNG[30]! ^ 1 })),
  picture("width 0", changed(PNG, { 19: 0 })),
  picture("a width of 2 ** 31", changed(PNG, { 16: 128 })),
  picture("SVG that reads files", SVG),
  picture("GIF", "GIF89a\x01\0\x01\0\0\0\0;"),
  picture("PDF", "%PDF-1.4\n"),
  picture("TIFF", "II*\0\x08\0\0\0\0\0"),
  picture("BMP", "BM\0\0\0\0\0\0\0\0\x1a\0\0\0"),
  picture("a program", "\x7fELF\x02\x01\x01"),
];

/** A network of another program. */
function network(
  file: string,
  content: string | Uint8Array,
  message: RegExp,
  code = DATA,
): BadInput {
  return {
    name: `network: ${file} ${message.source}`,
    files: { [file]: content },
    use: (folder) =>
      readNetwork(`${folder}/${file}`, { shape: [1, 8, 8], classes: 3 }),
    code,
    message,
  };
}

/** A safetensors file with this header. */
function tensors(header: string, bytes = 0, length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + bytes);
  new DataView(file.buffer)
    .setBigUint64(0, length ?? BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

export const NETWORKS: readonly BadInput[] = [
  network("a.onnx", "", /a\.onnx": cannot (read|use) the network/),
  network("a.onnx", "no protobuf", /cannot read the network: .+/),
  network("a.onnx", new Uint8Array(64).fill(255), /cannot read the net/),
  network("a.json", "", /cannot read the net.+/),
  network("a.json", "{", /cannot read the n.+/),
  network("a.json", "[]", /cannot read the .+/),
  network("a.json", "null", /cannot read the.+/),
  network("a.json", "{}", /cannot read th.+/),
  network("a.json", `{"modelTopology":{}}`, /cannot (read|use) t.+/),
  network(
    "a.json",
    `{"modelTopology":{},"weightsManifest":[{"paths":["../../x.bin"],"weights":[]}]}`,
    /cannot use the network: its weights lie in "\.\.\/\.\.\/x\.bin"/,
    USAGE,
  ),
  network("a.pt", "PK", /torch\.onnx\.export/, USAGE),
  network("a.h5", "HDF", /its name ends in "\.h5"/, USAGE),
  network("noending", "x", /its name ends in ""/, USAGE),
  network("a.safetensors", "", /cannot read the network/),
  network("a.safetensors", tensors("{}", 0, 2n ** 63n), /cannot read the ne/),
  network("a.safetensors", tensors("{"), /cannot read the n/),
  network("a.safetensors", tensors("[]"), /cannot read the /),
  network("a.safetensors", tensors("{}"), /cannot (read|use) the/),
  network(
    "a.safetensors",
    tensors(`{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}`, 8),
    /cannot (read|use) th/,
  ),
  network(
    "a.safetensors",
    tensors(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,400]}}`, 4),
    /cannot (read|use) t/,
  ),
  network(
    "a.safetensors",
    tensors(`{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4),
    /cannot (read|use) /,
  ),
  network(
    "a.safetensors",
    tensors(`{"w":${"[".repeat(5000)}${"]".repeat(5000)}}`),
    /cannot (read|use)/,
  ),
  network(
    "a.safetensors",
    encodeTensors({
      tensors: { w: { shape: [2], data: new Float32Array(2) } },
      metadata: {},
    }),
    /cannot (read|us)/,
  ),
  {
    name: "network: no file",
    use: (folder) =>
      readNetwork(`${folder}/no.onnx`, { shape: [1, 8, 8], classes: 3 }),
    code: DATA,
    message: /no\.onnx/,
  },
  {
    name: "network: a folder",
    files: { "a.onnx/x": "" },
    use: (folder) =>
      readNetwork(`${folder}/a.onnx`, { shape: [1, 8, 8], classes: 3 }),
    code: DATA,
    message: /a\.onnx/,
  },
];

const NAME = { question: "rq1", profile: "smoke" };
const RECORD = recordText(createRecord(NAME, { a: 1 }));

/** A record's text with one thing changed. */
function record(name: string, text: string, message: RegExp): BadInput {
  return {
    name: `record: ${name}`,
    use: () => readRecord(text, "rq1/smoke.json"),
    code: DATA,
    message,
  };
}

const edited = (changes: Readonly<Record<string, unknown>>) =>
  JSON.stringify({ ...JSON.parse(RECORD), ...changes });

export const RECORDS: readonly BadInput[] = [
  record("nothing", "", /rq1\/smoke\.json/),
  record("cut", RECORD.slice(0, 40), /rq1\/smoke\.json/),
  record("a list", "[]", /is not of the expected form|format/),
  record("null", "null", /rq1\/smoke\.json/),
  record("a number", "1", /rq1\/smoke\.json/),
  record("a text", '"rq1"', /rq1\/smoke\.json/),
  record("nesting", "[".repeat(50_000), /rq1\/smoke\.json/),
  record("NUL", "\0", /rq1\/smoke\.json/),
  record("a digit", RECORD.replace(`"a": 1`, `"a": 2`), /the digest of/),
  record("a key more", edited({ extra: 1 }), /is not of the expected form/),
  record("no digest", edited({ digest: undefined }), /not of the expected/),
  record("a short digest", edited({ digest: "ab" }), /digest/),
  record("a digest of capitals", edited({ digest: "A".repeat(64) }), /digest/),
  record("format 0", edited({ format: 0 }), /format/),
  record("format 99", edited({ format: 99 }), /format/),
  record("a format that is a text", edited({ format: "2" }), /format/),
  record("another question", edited({ question: "rq2" }), /holds the record/),
  record("a way up", edited({ profile: "../../x" }), /is none of a record/),
  record("a path", edited({ profile: "/etc/x" }), /is none of a record/),
  record("a way up of the cell", edited({ cell: "../x" }), /none of a record/),
  record("an empty question", edited({ question: "" }), /record/),
  record("a question of an object", edited({ question: {} }), /record/),
  record("a hidden name", edited({ profile: ".smoke" }), /none of a record/),
  record("a long name", edited({ profile: "x".repeat(300) }), /record/),
  record("no content", edited({ deterministic: undefined }), /record|digest/),
];

/** A file in the place of a teacher's record. */
function teacher(name: string, text: string, message: RegExp): BadInput {
  return {
    name: `teacher: ${name}`,
    files: { "teachers/t.json": text },
    use: (folder) => recordedTeacher(folder, "t"),
    code: DATA,
    message,
  };
}

const TEACHER = { question: "teachers", profile: "t" };

export const TEACHERS: readonly BadInput[] = [
  teacher("nothing", "", /teachers\/t\.json/),
  teacher("no record", "{}", /teachers\/t\.json/),
  teacher("another's record", RECORD, /teachers\/t\.json/),
  ...[
    {},
    { identity: 1 },
    { identity: { network: { input: [1, 1, 1], blocks: [] } } },
    { identity: { network: null } },
    { weights: "../x" },
    { evaluation: [] },
  ].map((content, index) =>
    teacher(
      `content ${index}`,
      recordText(createRecord(TEACHER, content)),
      /Cannot read a record: .*does not hold what a record of its question holds/,
    )
  ),
];

/** What the environment names. */
function calibration(name: string, text: string): BadInput {
  return {
    name: `environment: ${name}`,
    files: { "calibration.json": text },
    async use(folder) {
      const before = Deno.env.get("N2N_CALIBRATION");
      Deno.env.set("N2N_CALIBRATION", `${folder}/calibration.json`);
      try {
        await storedCalibration(
          undefined as never,
          undefined as never,
        );
      } finally {
        if (before === undefined) Deno.env.delete("N2N_CALIBRATION");
        else Deno.env.set("N2N_CALIBRATION", before);
      }
    },
    code: USAGE,
    message: /^N2N_CALIBRATION ".*": expected the file of a calibration/,
  };
}

export const ENVIRONMENT: readonly BadInput[] = [
  calibration("nothing", ""),
  calibration("cut", "{"),
  calibration("null", "null"),
  calibration("a list", "[]"),
  calibration("nothing in it", "{}"),
  calibration("texts for numbers", `{"alone":"fast"}`),
];
