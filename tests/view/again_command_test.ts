import assert from "node:assert/strict";
import { againCommand } from "../../lib/view/data/again_command.ts";
import type { KnownRun } from "../../lib/view/data/known.ts";

const RUN: KnownRun = {
  question: "rq1",
  profile: "smoke",
  cell: "c-s1",
  isRecorded: true,
  stages: [],
  revision: "",
};

Deno.test("againCommand() is the run's own, for its cell alone, elsewhere", () => {
  assert.equal(
    againCommand({
      ...RUN,
      command:
        "deno task rq1 --seed 2 --results old --cells 'a*,b' --fresh --data 'my pictures' --results=other",
    }),
    "deno task rq1 --seed 2 --data 'my pictures' --cells c-s1 --results results-again",
  );
});

Deno.test("againCommand() follows from the profile of a record, unless options differ", () => {
  assert.equal(
    againCommand(RUN),
    "deno task rq1 --profile smoke --cells c-s1 --results results-again",
  );
  assert.equal(againCommand({ ...RUN, profile: "smoke+abc" }), undefined);
});
