/** The golden search: equal bits on every machine. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { conditionsOf, GOLDEN_FILE } from "../../experiments/portable.ts";
import {
  compareRecords,
  readGolden,
  regressionText,
  runGolden,
} from "../../lib/lab/mod.ts";

const CALIBRATION = fileURLToPath(
  new URL("_calibration.json", import.meta.url),
);

Deno.test("a search on onnx-wasm gives the golden record when time zone, locale and workers are others", async () => {
  const golden = await readGolden(GOLDEN_FILE);
  const results = await Deno.makeTempDir({ prefix: "n2n-golden-" });
  try {
    const record = await runGolden({
      results,
      workers: 2,
      env: {
        TZ: "Pacific/Chatham",
        LC_ALL: "tr_TR.UTF-8",
        // Made up: no test waits for a measurement that it does not need.
        N2N_CALIBRATION: CALIBRATION,
      },
    });
    const comparison = compareRecords(golden, record);
    assert.equal(
      record.digest,
      golden.digest,
      regressionText({ checks: [{ name: "golden", comparison }] }),
    );
  } finally {
    await Deno.remove(results, { recursive: true });
  }
});

Deno.test("the golden record is a search that trained its teacher and students, on wasm", async () => {
  // deno-lint-ignore no-explicit-any
  const content = (await readGolden(GOLDEN_FILE)).deterministic as any;
  const { name, instructionSet } = content.identity.engine;
  assert.deepEqual([name, instructionSet], ["onnx-wasm", "wasm simd128"]);
  // deno-lint-ignore no-explicit-any
  const trained = content.stages.map(({ ledger }: any) => ledger.trained);
  assert(trained.length === 2 && trained[0] > 0 && trained[1] > 0, trained);
});

Deno.test("conditionsOf() says what a machine cannot show when it lacks something", () => {
  const skippedOn = (machine: Partial<Parameters<typeof conditionsOf>[0]>) =>
    conditionsOf({
      arch: "x86_64",
      emulator: undefined,
      arm64Deno: undefined,
      ...machine,
    }).flatMap(({ run }) => "skipped" in run ? [run.skipped] : []);
  const unnamed = "--arm64-deno names no Deno for arm64";
  assert.deepEqual(skippedOn({}), [unnamed]);
  const arm64Deno = "./deno";
  assert.deepEqual(skippedOn({ arm64Deno }), ["there is no qemu-aarch64"]);
  assert.deepEqual(skippedOn({ arm64Deno, emulator: "qemu-aarch64" }), []);
  assert.deepEqual(skippedOn({ arch: "aarch64" }), [
    "aarch64 has no such instructions",
    "this machine is arm64",
  ]);
});
