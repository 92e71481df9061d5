/**
 * Protections, each with the text that takes it out and the tests that must then
 * fail. What survived once, because no test saw it, is here with the test that was
 * written for it.
 *
 * @module
 */

/** One protection taken out. */
export interface Mutation {
  /** What is taken out, in words. */
  readonly name: string;
  /** File of the project. */
  readonly file: string;
  /** Text that stands once in the file. */
  readonly from: string;
  /** What takes its place. */
  readonly to: string;
  /** Test file that must fail. */
  readonly test: string;
  /** Which of its tests, as deno test's --filter; all where none is named. */
  readonly filter?: string;
}

const DURABILITY = "tests/durability_test.ts";
const HANGS = "tests/data/hangs_test.ts";

/** All that are tried. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: "fsync of a record's file",
    file: "lib/cli/atomic.ts",
    from: "      await file.sync();\n",
    to: "",
    test: DURABILITY,
  },
  {
    name: "fsync of a record's folder",
    file: "lib/cli/atomic.ts",
    from: "  await handle.sync();\n",
    to: "",
    test: DURABILITY,
  },
  {
    name: "fsync of a data file",
    file: "lib/data/disk/write.ts",
    from: "    await file.sync();\n    await Deno.rename(temporary, path);",
    to: "    await Deno.rename(temporary, path);",
    test: DURABILITY,
  },
  {
    name: "fsync of a download that is renamed",
    file: "lib/data/disk/write.ts",
    from: "      await file.sync();\n    }\n    await Deno.rename(from, to);",
    to: "    }\n    await Deno.rename(from, to);",
    test: DURABILITY,
  },
  {
    name: "fsync of a data file's folder",
    file: "lib/data/disk/write.ts",
    from: "  await folder.sync();\n",
    to: "",
    test: DURABILITY,
  },
  {
    name: "synchronous of a store's connection",
    file: "lib/store/sqlite.ts",
    from: `prepare("PRAGMA synchronous = FULL")`,
    to: `prepare("PRAGMA synchronous = OFF")`,
    test: DURABILITY,
  },
  {
    name: "a checkpoint's blobs within its transaction",
    file: "lib/store/sqlite.ts",
    from: "() => transaction(() => writeCheckpoint(rows, run, checkpoint)),",
    to: "() => writeCheckpoint(rows, run, checkpoint),",
    test: DURABILITY,
  },
  {
    name: "the lock while a store is made",
    file: "lib/store/_lock.ts",
    from:
      "for (let waitedMs = 0; !file.tryLockSync(true); waitedMs += PAUSE_MS) {",
    to: "for (let waitedMs = 0; false; waitedMs += PAUSE_MS) {",
    test: "tests/store/faults_test.ts",
    filter: "does not wait for ever to make a file",
  },
  {
    name: "gunzip's cap of the output",
    file: "lib/data/fetch/_gunzip.ts",
    from: "{ maxOutputLength: maxBytes }",
    to: "{}",
    test: HANGS,
    filter: "gunzip",
  },
  {
    name: "the cap of what an archive unpacks to",
    file: "lib/data/fetch/archive.ts",
    from: "createGunzip(), limiter(maxBytes), tar",
    to: "createGunzip(), tar",
    test: HANGS,
    filter: "streamMembers",
  },
  {
    name: "the pace that a server must keep",
    file: "lib/data/fetch/download.ts",
    from: "if (this.#bytes < LEAST_BYTES) {",
    to: "if (this.#bytes < 0) {",
    test: HANGS,
    filter: "drips",
  },
  {
    name: "the limit on waiting for a lock",
    file: "lib/data/disk/lock.ts",
    from: "if (waitedMs >= patienceMs) {",
    to: "if (waitedMs >= Infinity) {",
    test: HANGS,
    filter: "withLock",
  },
  {
    name: "the name of a rollout's stream",
    file: "lib/search/strategy/strategy.ts",
    from: `randomStream(seed, "rollout", `,
    to: `randomStream(seed, "Rollout", `,
    test: "tests/search/strategy/golden_proposals_test.ts",
  },
  {
    name: "the exit code of results --check",
    file: "experiments/results.ts",
    from: "return EXIT.regression;",
    to: "return EXIT.done;",
    test: "tests/results_test.ts",
    filter: "--check",
  },
  {
    name: "the guard against aliases of aliases",
    file: "lib/cli/_yaml.ts",
    from: "values = document.toJS();",
    to: "values = document.toJS({ maxAliasCount: -1 });",
    test: "tests/bad_input/config_test.ts",
    filter: "files of options",
  },
  {
    name: "the wait for checkpoints at Ctrl-C",
    file: "lib/lab/session/session.ts",
    from: "    await evaluator.settled();\n",
    to: "",
    test: "tests/lab/session_test.ts",
  },
  {
    name: "the watch for NaN before a maximum, in windows that overlap",
    file: "lib/engine/onnx/layers/max_pool.ts",
    from:
      "  // The runtime's maximum passes over NaN, which must not go unseen.\n  watchAll(context, input);\n",
    to: "",
    test: "tests/engine/onnx_test.ts",
    filter: "padded max-pool",
  },
  {
    name: "records that are written whole or not at all",
    file: "lib/lab/cells/write_cell.ts",
    from: "    await writeFileAtomic(`${results}/${file}`, content);",
    to:
      "    await Deno.writeTextFile(`${results}/${file}`, content as string);",
    test: "tests/house_test.ts",
    filter: "atomic writers",
  },
  {
    name: "a set of permissions that is no wider than it says",
    file: "deno.json",
    from: `"cat",\n        "deno",\n        "git",`,
    to: `"cat",\n        "deno",\n        "git",\n        "sh",`,
    test: "tests/permissions_test.ts",
    filter: "no task may do more",
  },
  {
    name: "telemetry switched off, as seen from outside",
    file: "lib/engine/onnx/_telemetry.ts",
    from: `const VARIABLE = "ORT_DISABLE_TELEMETRY";`,
    to: `const VARIABLE = "ORT_DISABLE_TELEMETRY_NOT";`,
    test: "tests/engine/telemetry_long_test.ts",
    filter: "when it trains here",
  },
  {
    name: "the child process that tries oneDNN first",
    file: "lib/engine/onednn/mod.ts",
    from: "  await probeLibrary(libraryFile());\n",
    to: "",
    test: "tests/engine/onednn_library_test.ts",
    filter: "lies or crashes",
  },
  {
    name: "the width of a terminal that does not know it",
    file: "lib/cli/progress.ts",
    from: "asked > 0 ? asked : USUAL_COLUMNS",
    to: "asked",
    test: "tests/cli/progress_test.ts",
    filter: "terminals of any width",
  },
];
