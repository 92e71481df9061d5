import assert from "node:assert/strict";
import { parseCommand } from "../../lib/cli/mod.ts";
import {
  type ComparedContent,
  isSearchCell,
  loadPolicies,
  PROJECT_RESULTS,
  readProfile,
  selectCells,
} from "../../lib/lab/mod.ts";
import * as rq1 from "../../experiments/rq1_compression.ts";
import * as rq4 from "../../experiments/rq4_constraints.ts";

/** What records of each question are. */
const REPORTS = { rq1: rq1.experiment.report, rq4: rq4.experiment.report };

/** The cells that a profile of each question declares. */
const DECLARED = {
  rq1: (profile: string) =>
    selectCells(
      parseCommand(rq1.command, ["--profile", profile]),
      rq1.experiment.arms,
    ),
  rq4: (profile: string) =>
    selectCells(
      parseCommand(rq4.command, ["--profile", profile]),
      rq4.experiment.arms,
    ),
};

for (
  const [question, profile] of [
    ["rq1", "smoke"],
    ["rq1", "laptop"],
    ["rq4", "smoke"],
    ["rq4", "laptop"],
  ] as const
) {
  const place = { results: PROJECT_RESULTS, question, profile };

  Deno.test(`committed records of ${question} ${profile} are of the options that the profile says`, async () => {
    const { declared } = DECLARED[question](profile);
    const { cells, lacking } = await readProfile<ComparedContent>(
      place,
      REPORTS[question],
    );
    // What the table names as not run yet has no record, and all else has one.
    assert.ok(cells.length > 0);
    assert.deepEqual(
      lacking.filter(({ reason }) => reason !== "not run yet"),
      [],
    );
    const configs = new Map(declared.map(({ name, config }) => [name, config]));
    const missing = new Set(lacking.map(({ name }) => name));
    assert.deepEqual(
      cells.map(({ record }) => record.cell),
      [...configs.keys()].filter((name) => !missing.has(name)),
    );
    for (const { record: { cell, deterministic } } of cells) {
      assert.deepEqual(
        deterministic.identity.config,
        configs.get(cell!),
        cell!,
      );
    }
  });

  Deno.test(`committed policies of ${question} ${profile} are those of their records`, async () => {
    const { cells } = await readProfile<ComparedContent>(
      place,
      REPORTS[question],
    );
    for (
      const { record: { cell, deterministic } } of cells.filter(isSearchCell)
    ) {
      for (const { kind, policy } of deterministic.stages) {
        const path =
          `${PROJECT_RESULTS}/${question}/${profile}/${cell}.${kind}.policy`;
        // So many cells keep none; random search has none.
        const { search } = deterministic.identity.config;
        if (question === "rq4" || search !== "reinforce") {
          assert.equal(policy, undefined, path);
          await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
          continue;
        }
        const { ids, states } = await loadPolicies([path], [kind]);
        assert.deepEqual(ids, [policy], path);
        const { features } = deterministic.identity.config[kind]!;
        assert.equal(states[kind]?.features, features, path);
      }
    }
  });
}
