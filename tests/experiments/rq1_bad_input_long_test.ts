import assert from "node:assert/strict";
import { inFolder, start, startRaw } from "./_run.ts";
import { exists } from "./_traces.ts";

/** Flags that are wrong, and what is said of them. */
const FLAGS: readonly (readonly [readonly string[], RegExp])[] = [
  [["--nonsense", "3"], /^unknown option "--nonsense"$/m],
  [["--removal.iteration", "3"], /did you mean "--removal\.iterations"\?$/m],
  [["--profile", "smoek"], /^--profile smoek: .*did you mean "smoke"\?$/m],
  [["--seed", "0"], /^--seed 0: expected an integer >= 1$/m],
  [["--seed", "1e999"], /^--seed 1e999: expected an integer >= 1$/m],
  [["--seed", "9007199254740993"], /^--seed .* <= 9007199254740991$/m],
  [["--seed"], /^--seed: a value is missing$/m],
  [["--seed", "1", "--seed", "2"], /^--seed 2: given twice/m],
  [
    ["--engine", "onnx"],
    /^--engine onnx: expected onnx-cpu, onednn, onnx-wasm, onnx-webgpu, onnx-cuda, tfjs-node, tfjs-node-gpu, tfjs-wasm, tfjs or auto/m,
  ],
  [["--student.learning-rate", "-1"], /^--student\.learning-rate -1: .* > 0$/m],
  [["--width", "NaN"], /^--width NaN: expected a number > 0 and <= 4$/m],
  [["--dataset", "mnits"], /^--dataset mnits: .*did you mean "mnist"\?$/m],
  [["more"], /^unexpected argument "more"/m],
  [["--config", "nowhere.yaml"], /"nowhere\.yaml": there is no such file$/m],
];

/** Files of options that are wrong, and what is said of them. */
const FILES: readonly (readonly [string, string, RegExp])[] = [
  ["a tab", "teacher:\n\tepochs: 1\n", /:2:1: Tabs are not allowed/],
  ["a key twice", "width: 1\nwidth: 2\n", /:2:1: Map keys must be unique$/m],
  ["an open bracket", "teacher: { epochs: 1\n", /:2:1: .* end with a }$/m],
  ["nothing", "", /:1:1: the file is empty, expected/],
  ["a list", "- width\n", /:1:1: it is not a mapping, expected/],
  ["bytes that are no text", "width: \xff\n", /: it is not UTF-8 text$/m],
  ["a misspelt key", "widht: 1\n", /:1:1: .*"widht"; did you mean "width"\?$/m],
  [
    "a misspelt key within",
    "teacher: { epoch: 1 }\n",
    /:1:12: .*"teacher\.epoch"; did you mean "epochs"\?$/m,
  ],
  ["a wrong type", "width: wide\n", /:1:8: width "wide": expected a number/],
  ["a negative rate", "final: { learningRate: -1 }\n", /:1:24: .* > 0$/m],
  ["seed 0", "seed: 0\n", /:1:7: seed 0: expected an integer >= 1$/m],
];

/**
 * Runs a command that must end as a mistake of its user's: a few lines without
 * a stack, and no trace in the folder it would have written to.
 */
async function refuse(
  flags: readonly string[],
  message: RegExp,
): Promise<string> {
  let text = "";
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const cache = `${folder}/cache`;
    const { code, stdout, stderr } = await startRaw(
      // --results first, so that a missing value at the end is one.
      ["--results", results, ...flags],
      { env: { N2N_CACHE: cache } },
    ).ended;
    text = stderr;
    assert.match(stderr, message);
    assert.match(stderr, /See "deno task rq1 --help" for all options\n$/);
    assert.doesNotMatch(stderr, /^ +at |Error/m);
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert(!exists(results), "a results folder was made");
    assert(!exists(cache), "a cache was made");
  });
  return text;
}

for (const [flags, message] of FLAGS) {
  Deno.test(`rq1 refuses ${flags.join(" ")}`, async () => {
    const text = await refuse(flags, message);
    assert.equal(text.trimEnd().split("\n").length, 2);
  });
}

for (const [what, content, message] of FILES) {
  Deno.test(`rq1 refuses a file with ${what}`, async () => {
    await inFolder(async (folder) => {
      const path = `${folder}/options.yaml`;
      const bytes = Uint8Array.from(content, (char) => char.charCodeAt(0));
      await Deno.writeFile(path, bytes);
      const text = await refuse(["--config", path], message);
      assert(text.includes(path), text);
    });
  });
}

Deno.test("rq1 tells all mistakes at once", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/options.yaml`;
    await Deno.writeTextFile(path, "widht: 1\nfinal: { epochs: 0 }\n");
    const text = await refuse(
      // What is wrong first keeps nothing behind it from being told.
      ["--nonsense", "--config", path, "--seed", "0"],
      /"--nonsense"/,
    );
    assert.match(text, /^--seed 0: /m);
    assert.match(text, /:1:1: unknown key "widht"/);
    assert.match(text, /:2:18: final\.epochs 0: expected an integer >= 1/);
    assert.equal(text.trimEnd().split("\n").length, 5);
  });
});

/** More images than there are, found in the options and the registry alone. */
const TOO_MANY: readonly (readonly string[])[] = [
  ["--validation", "60001"],
  ["--images", "60000"],
  ["--student.images", "641"],
  ["--student.validation-images", "201"],
];

for (const flags of TOO_MANY) {
  Deno.test(`rq1 refuses ${flags.join(" ")} of fewer images`, async () => {
    await inFolder(async (folder) => {
      const results = `${folder}/results`;
      const { code, stderr } = await start(results, { flags }).ended;
      assert.equal(code, 2);
      assert(stderr.includes(flags.join(" ")), stderr);
      assert.doesNotMatch(stderr, /^ +at /m);
      assert(!exists(results));
    });
  });
}

for (
  const flags of [
    ["--width", "1e9"],
    ["--removal.initial-keep-bias", "1e308"],
    ["--data", "/nonexistent"],
    ["--data", "/nonexistent", "--dry-run"],
    // Below a file, which is another error of the system.
    ["--data", `${Deno.execPath()}/data`],
  ]
) {
  Deno.test(`rq1 refuses ${flags.join(" ")} before it does anything`, async () => {
    await inFolder(async (folder) => {
      const results = `${folder}/results`;
      const { code, stderr } = await start(results, { flags }).ended;
      assert.equal(code, 2, stderr);
      assert(stderr.includes(flags[0]!), stderr);
      assert.doesNotMatch(stderr, /^ +at /m);
      assert(!exists(results));
    });
  });
}
