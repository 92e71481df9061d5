import assert from "node:assert/strict";
import { command, experiment } from "../../experiments/rq2_scalability.ts";
import { parseCommand } from "../../lib/cli/mod.ts";
import {
  type CompressionContent,
  PROJECT_RESULTS,
  readProfile,
  selectCells,
} from "../../lib/lab/mod.ts";

const profiles = [...Deno.readDirSync(`${PROJECT_RESULTS}/rq2`)]
  .filter(({ name, isFile }) => isFile && /^[a-z]+\.json$/.test(name))
  .map(({ name }) => name.replace(".json", ""));

Deno.test("committed records of rq2 are of the options that their profiles say", async (t) => {
  assert(profiles.includes("smoke"));
  for (const profile of profiles) {
    await t.step(profile, async () => {
      const { cells } = await readProfile<CompressionContent>({
        results: PROJECT_RESULTS,
        question: "rq2",
        profile,
      }, experiment.report);
      const { declared } = selectCells(
        parseCommand(command, ["--profile", profile]),
        experiment.arms,
      );
      const configs = new Map(
        declared.map(({ name, config }) => [name, config]),
      );
      assert(cells.length > 0);
      for (const { record: { cell, deterministic } } of cells) {
        const { identity } = deterministic;
        assert.deepEqual(identity.config, configs.get(cell!), cell!);
      }
    });
  }
});
