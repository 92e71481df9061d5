import assert from "node:assert/strict";
import { DataError } from "../../lib/data/mod.ts";
import {
  type AnotherOptions,
  anotherSubject,
  OtherDataError,
} from "../../lib/lab/cells/another.ts";
import { completeConfig } from "../../lib/lab/mod.ts";
import { parseOptions } from "./_options.ts";

const configOf = (dataset: string) =>
  completeConfig(parseOptions({ dataset, network: "lenet5" }));

/** What is asked for before a subject's data are found to be missing. */
function options(dataset: string): AnotherOptions {
  return {
    run: { results: "/nowhere" },
    cell: { config: configOf(dataset) },
    shared: { subjects: new Map(), teachers: new Map() },
  } as unknown as AnotherOptions;
}

Deno.test("anotherSubject() tells missing data of another set from the cell's own", async () => {
  const missing = "folder:/nowhere/at/all";
  await assert.rejects(
    anotherSubject(configOf(missing), options("mnist")),
    (error) => {
      assert(error instanceof OtherDataError);
      // For whoever asks about data sets only.
      assert(error instanceof DataError);
      assert.match(error.message, /\/nowhere\/at\/all/);
      return true;
    },
  );
  await assert.rejects(
    anotherSubject(configOf(missing), options(missing)),
    (error) => error instanceof DataError && !(error instanceof OtherDataError),
  );
});
