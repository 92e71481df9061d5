/** Presets, what was given, and options that a program adds. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import {
  defineCommand,
  type Invocation,
  parseCommand,
  UsageError,
} from "../../lib/cli/mod.ts";
import { inTemporaryFolder } from "./_temporary.ts";

const schema = z.strictObject({
  method: z.enum(["paper", "best"]).optional().describe("Many at once"),
  width: z.number().default(1).describe("Width"),
  arms: z.array(z.string()).default([]).describe("Arms"),
  data: z.strictObject({
    seed: z.int().min(1).default(1).describe("Seed of the split"),
  }).describe("Data"),
  student: z.strictObject({
    epochs: z.int().min(1).default(5).describe("Epochs"),
    batchSize: z.int().min(1).default(64).describe("Batch"),
    rate: z.number().default(0.5).describe("Rate"),
  }).describe("Students"),
});

type Options = z.output<typeof schema>;

const PRESETS = {
  paper: { width: 2, arms: ["a", "b"], student: { epochs: 10, rate: 0.1 } },
  best: { student: { epochs: 20, batchSize: 8 } },
};

/** Parses with the files given, the profile "smoke" and maybe "more.yaml". */
async function parse(
  args: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<Invocation<Options>> {
  let result: Invocation<Options>;
  await inTemporaryFolder(async (folder) => {
    for (
      const [name, text] of Object.entries({ "rq1.smoke.yaml": "{}", ...files })
    ) {
      await Deno.writeTextFile(join(folder, name), text);
    }
    const more = "more.yaml" in files
      ? ["--config", join(folder, "more.yaml")]
      : [];
    const command = defineCommand({
      name: "deno task rq1",
      summary: "compress",
      examples: [],
      schema,
      profiles: pathToFileURL(`${folder}/`),
      baseName: "rq1",
      presets: { option: "method", values: PRESETS },
    });
    result = parseCommand(command, [...more, ...args]);
  });
  return result!;
}

/** The lines of a usage error but the last. */
function problemsOf(error: unknown): readonly string[] {
  assert(error instanceof UsageError, String(error));
  const lines = error.message.split("\n");
  assert.equal(lines.at(-1), 'See "deno task rq1 --help" for all options');
  return lines.slice(0, -1);
}

const student = { epochs: 5, batchSize: 64, rate: 0.5 };

Deno.test("parseCommand() lays a preset beneath the file that names it", async () => {
  const { config } = await parse([], {
    "rq1.smoke.yaml": "method: paper\nstudent: { rate: 0.2 }\n",
  });
  assert.deepEqual(config, {
    method: "paper",
    width: 2,
    arms: ["a", "b"],
    data: { seed: 1 },
    student: { ...student, epochs: 10, rate: 0.2 },
  });
});

Deno.test("parseCommand() lays a preset of the flags above all files, beneath the other flags", async () => {
  const files = {
    "rq1.smoke.yaml": "width: 7\narms: [c]\nstudent: { epochs: 1 }\n",
    "more.yaml": "student: { epochs: 2, rate: 0.3, batchSize: 4 }\n",
  };
  const args = ["--student.rate", "0.9", "--method", "paper"];
  const { config } = await parse(args, files);
  assert.equal(config.width, 2);
  assert.deepEqual(config.arms, ["a", "b"]);
  // Of the preset, of the flags, and of a file of what no preset names.
  assert.deepEqual(config.student, { epochs: 10, rate: 0.9, batchSize: 4 });
});

Deno.test("parseCommand() lays a preset of --config above the profile, beneath its own file", async () => {
  const { config } = await parse([], {
    "rq1.smoke.yaml": "method: paper\nstudent: { epochs: 1, rate: 0.3 }\n",
    "more.yaml": "method: best\nstudent: { batchSize: 16 }\n",
  });
  assert.equal(config.method, "best");
  // Both presets count, each where it was named.
  assert.equal(config.width, 2);
  assert.deepEqual(config.student, { epochs: 20, batchSize: 16, rate: 0.3 });
});

Deno.test("parseCommand() tells a preset that there is not where it was named", async () => {
  await assert.rejects(parse(["--method", "papr"]), (error) => {
    assert.deepEqual(problemsOf(error), [
      '--method papr: expected paper or best; did you mean "paper"?',
    ]);
    return true;
  });
  for (const name of ["toString", "3"]) {
    const files = { "rq1.smoke.yaml": `method: ${name}\n` };
    await assert.rejects(parse([], files), (error) => {
      const [problem, ...others] = problemsOf(error);
      assert.match(
        problem!,
        /rq1\.smoke\.yaml:1:9: method .*: expected paper or best$/,
      );
      assert.deepEqual(others, []);
      return true;
    });
  }
});

Deno.test("parseCommand() gives what flags and --config say, without profile, presets and options of every run", async () => {
  const { given } = await parse(
    ["--student.rate", "0.9", "--method", "paper", "--seed", "3"],
    {
      "rq1.smoke.yaml": "width: 7\nstudent: { epochs: 1 }\nworkers: 1\n",
      "more.yaml": "student: { rate: 0.3, batchSize: 4 }\nresults: elsewhere\n",
    },
  );
  assert.deepEqual(given, {
    method: "paper",
    student: { rate: 0.9, batchSize: 4 },
  });
  assert.deepEqual((await parse([])).given, {});
});

Deno.test("amend() lays values between files and flags, and others over all", async () => {
  const { config, amend } = await parse(
    ["--student.epochs", "3", "--method", "best"],
    { "rq1.smoke.yaml": "width: 7\nstudent: { rate: 0.3 }\n" },
  );
  const amended = amend({
    values: { width: 4, student: { epochs: 9, rate: 0.4, batchSize: 2 } },
    over: { arms: ["x"] },
    place: "subjects[0]",
  });
  assert.deepEqual(amended, {
    method: "best",
    width: 4,
    arms: ["x"],
    data: { seed: 1 },
    // Typed; of the files' amendment; of the preset among the flags.
    student: { epochs: 3, rate: 0.4, batchSize: 8 },
  });
  const over = amend({ over: { student: { epochs: 1 } }, place: "here" });
  assert.deepEqual(over.student, { epochs: 1, batchSize: 8, rate: 0.3 });
  // The invocation itself stays as it is.
  assert.equal(config.width, 7);
  assert.deepEqual(amend({ place: "here" }), config);
});

Deno.test("amend() lays a preset beneath the values that name it", async () => {
  const { amend } = await parse(["--student.epochs", "3"], {
    "rq1.smoke.yaml": "width: 7\nstudent: { rate: 0.3 }\n",
  });
  const named = { method: "paper", student: { rate: 0.4 } };
  const values = amend({ values: named, place: "subjects[0]" });
  assert.equal(values.width, 2);
  assert.deepEqual(values.student, { ...student, epochs: 3, rate: 0.4 });
  const over = amend({ over: named, place: "arm x" });
  assert.equal(over.width, 2);
  assert.deepEqual(over.student, { ...student, epochs: 10, rate: 0.4 });
});

Deno.test("amend() tells what is wrong with its values, and where they stand", async () => {
  const { amend } = await parse([]);
  assert.throws(
    () =>
      amend({
        values: { width: "wide", student: { epochs: 0, epocs: 1 } },
        place: "subjects[2]",
      }),
    (error) => {
      assert.deepEqual(problemsOf(error).toSorted(), [
        "subjects[2]: student.epochs 0: expected an integer >= 1",
        'subjects[2]: unknown key "student.epocs"; did you mean "epochs"?',
        'subjects[2]: width "wide": expected a number',
      ]);
      return true;
    },
  );
  assert.throws(
    () => amend({ over: { width: "wide" }, place: "arm x" }),
    (error) => {
      assert.deepEqual(problemsOf(error), [
        'arm x: width "wide": expected a number',
      ]);
      return true;
    },
  );
});

Deno.test("parseCommand() knows --data FOLDER beside a group of options named data", async () => {
  const { config, run, given } = await parse(
    ["--data", "/x", "--data.seed", "2"],
  );
  assert.equal(run.data, "/x");
  assert.deepEqual(config.data, { seed: 2 });
  assert.deepEqual(given, { data: { seed: 2 } });
  const file = await parse([], {
    "rq1.smoke.yaml": "dataFolder: /y\ndata: { seed: 3 }\n",
  });
  assert.equal(file.run.data, "/y");
  assert.deepEqual(file.config.data, { seed: 3 });
  await assert.rejects(
    parse(["--data-folder", "/x"]),
    /^UsageError: unknown option "--data-folder"/,
  );
});
