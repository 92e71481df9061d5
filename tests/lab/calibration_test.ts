import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { storedCalibration } from "../../lib/lab/forecast/calibration.ts";
import { PROJECT } from "../../lib/lab/mod.ts";
import { memoryStore } from "../../lib/store/mod.ts";
import { inTemporaryFolder } from "../cli/_temporary.ts";

const GOOD = fileURLToPath(
  new URL("tests/experiments/_calibration.json", PROJECT),
);
const VARIABLE = "N2N_CALIBRATION";

Deno.test("storedCalibration() says what is wrong with the file that N2N_CALIBRATION names", async () => {
  const before = Deno.env.get(VARIABLE);
  const engine = { name: "a", version: "1", instructionSet: "x" };
  const read = (file: string) => {
    Deno.env.set(VARIABLE, file);
    return storedCalibration(memoryStore(), { engine, workers: 1 });
  };
  try {
    const text = await Deno.readTextFile(GOOD);
    assert.deepEqual(await read(GOOD), JSON.parse(text));
    await inTemporaryFolder(async (folder) => {
      const file = `${folder}/calibration.json`;
      await assert.rejects(
        read(file),
        /UsageError: N2N_CALIBRATION ".*": nothing is there, exp/,
      );
      for (const wrong of ["{", "[]", text.replaceAll("1e-10", '"fast"')]) {
        await Deno.writeTextFile(file, wrong);
        await assert.rejects(read(file), { name: "UsageError", exitCode: 2 });
      }
    });
  } finally {
    if (before === undefined) Deno.env.delete(VARIABLE);
    else Deno.env.set(VARIABLE, before);
  }
});
