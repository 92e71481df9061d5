import assert from "node:assert/strict";
import { EXPERIMENTS } from "../../experiments/all.ts";
import { asZod, describeSchema, listFields } from "../../lib/cli/_fields.ts";
import { parseCommand, UsageError } from "../../lib/cli/mod.ts";

/** Integers that nothing is made as large as: compared, or checked against data. */
const COMPARED =
  /seed$|images$|^validation$|observe$|^limits\.|\.parameters$|min-channels$|^final-images$/;

Deno.test("every experiment bounds the integers that it counts or allocates by", () => {
  let bounded = 0;
  for (const { command } of EXPERIMENTS) {
    for (
      const { flag, node } of listFields(describeSchema(asZod(command.schema)))
    ) {
      if (node.type !== "integer" || COMPARED.test(flag)) continue;
      assert(
        node.maximum !== undefined && node.maximum <= 1_000_000,
        `${command.name} --${flag} is at most ${node.maximum}`,
      );
      bounded++;
    }
  }
  assert(bounded > 50, `${bounded} options`);
});

Deno.test("parseCommand() refuses numbers that no machine can meet, before anything is made", () => {
  const { command } = EXPERIMENTS.find(({ report }) =>
    report.question === "rq1"
  )!;
  const flags = {
    "--removal.hidden": "1e9",
    "--removal.iterations": "1e15",
    "--removal.rollouts": "1e9",
    "--finalists": "1e12",
    "--student.batch-size": "1e9",
    "--size": "1e9",
  };
  assert.throws(
    () => parseCommand(command, [...Object.entries(flags).flat(), "--dry-run"]),
    (error) => {
      assert(error instanceof UsageError);
      const lines = error.message.split("\n");
      for (const [flag, value] of Object.entries(flags)) {
        const line = lines.find((each) =>
          each.startsWith(`${flag} ${value}: `)
        );
        assert.match(line!, /: expected an integer >= 1 and <= \d+$/);
      }
      return true;
    },
  );
});
