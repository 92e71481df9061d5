import assert from "node:assert/strict";
import { rerunCommand } from "../../lib/lab/mod.ts";

const PLACE = { question: "rq1", profile: "laptop", cell: "c-s1" };
const ENGINE = { name: "onednn", version: "v2.6.0", instructionSet: "avx2" };

// Seen to fail: without the engine, the default one trained another student.
Deno.test("rerunCommand() names the record's engine, and a teacher of its own", () => {
  assert.equal(
    rerunCommand(PLACE, { engine: ENGINE }),
    "deno task rq1 --profile laptop --cells c-s1 --engine onednn --teacher.retrain",
  );
  const teacher = { weights: "0123", engine: ENGINE };
  assert.equal(
    rerunCommand(PLACE, { engine: ENGINE, teacher }, { results: "my folder" }),
    "deno task rq1 --profile laptop --cells c-s1 --engine onednn --results 'my folder'",
  );
});
