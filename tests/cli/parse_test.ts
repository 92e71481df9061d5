import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import {
  type Command,
  defineCommand,
  HelpRequest,
  parseCommand,
  parseOptions,
  UsageError,
} from "../../lib/cli/mod.ts";
import { inTemporaryFolder } from "./_temporary.ts";

const schema = z.strictObject({
  iterations: z.int().min(1).default(20).describe("Policy updates a stage"),
  learningRate: z.number().gt(0).max(1).default(0.1).describe("Step size"),
  network: z.enum(["vgg", "resnet"]).default("vgg").describe("Family"),
  paired: z.boolean().default(true).describe("Same views for all"),
  widths: z.array(z.int().min(1)).min(1).default([1, 2]).describe("Widths"),
  limit: z.number().min(0).nullable().default(null).describe("Bound"),
  note: z.string().optional().describe("Free text"),
  schedule: z.array(z.strictObject({ from: z.int(), rate: z.number() }))
    .default([]).describe("Steps of the rate"),
  student: z.strictObject({
    epochs: z.int().min(1).default(5).describe("Epochs a student"),
    batchSize: z.int().min(1).default(64).describe("Images a step"),
  }).describe("Students"),
}).refine(
  (options) => options.student.epochs <= options.iterations * 10,
  "student.epochs: expected at most ten times the iterations",
);

/** A command whose files are in `folder`. */
function commandIn(folder: string): Command<z.output<typeof schema>> {
  return defineCommand({
    name: "deno task rq1",
    summary: "compress",
    examples: ["deno task rq1 --profile smoke"],
    schema,
    profiles: pathToFileURL(`${folder}/`),
    baseName: "rq1",
    engines: ["onnx-cpu", "tfjs"],
  });
}

/** Parses with the given files; `{}` stands in for profiles not given. */
async function parse(
  args: readonly string[],
  files: Readonly<Record<string, string | Uint8Array>> = {},
) {
  let result: ReturnType<typeof parseCommand<z.output<typeof schema>>>;
  await inTemporaryFolder(async (folder) => {
    const all = {
      "rq1.smoke.yaml": "{}",
      "rq1.laptop.yaml": "{}",
      ...files,
    };
    for (const [name, content] of Object.entries(all)) {
      const bytes = typeof content === "string"
        ? new TextEncoder().encode(content)
        : content;
      await Deno.writeFile(join(folder, name), bytes);
    }
    const placed = args.map((arg) => arg.replace("FOLDER", folder));
    try {
      result = parseCommand(commandIn(folder), placed);
    } catch (error) {
      if (error instanceof Error) {
        error.message = error.message.replaceAll(`${folder}/`, "");
      }
      throw error;
    }
  });
  return result!;
}

/** The lines of the usage error, without the last one (how to get help). */
async function problems(
  args: readonly string[],
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<readonly string[]> {
  try {
    await parse(args, files);
  } catch (error) {
    assert(error instanceof UsageError, String(error));
    assert.equal(error.exitCode, 2);
    const lines = error.message.split("\n");
    assert.equal(lines.at(-1), 'See "deno task rq1 --help" for all options');
    return lines.slice(0, -1);
  }
  assert.fail("expected a UsageError");
}

Deno.test("parseCommand() takes defaults when nothing is given", async () => {
  const { config, run } = await parse([]);
  assert.deepEqual(config, {
    iterations: 20,
    learningRate: 0.1,
    network: "vgg",
    paired: true,
    widths: [1, 2],
    limit: null,
    schedule: [],
    student: { epochs: 5, batchSize: 64 },
  });
  assert.deepEqual(run, {
    profile: "laptop",
    seed: 1,
    engine: "onnx-cpu",
    workers: navigator.hardwareConcurrency,
    results: "results",
    fresh: false,
    dryRun: false,
  });
});

Deno.test("parseCommand() lays flags over --config over profile over defaults", async () => {
  const files = {
    "rq1.smoke.yaml":
      "iterations: 2\nlearningRate: 0.5\nseed: 7\nworkers: 3\nstudent:\n  epochs: 1\nwidths: [9]\n",
    "more.yaml": "learningRate: 0.25\nstudent: {batchSize: 8}\n",
  };
  const { config, run } = await parse([
    "--profile=smoke",
    "--config",
    "FOLDER/more.yaml",
    "--student.epochs",
    "4",
    "--workers",
    "1",
    "--data",
    "/somewhere",
    "--results",
    "out",
    "--log.tensorboard",
    "boards",
    "--fresh",
    "--dry-run",
  ], files);
  assert.equal(config.iterations, 2);
  assert.equal(config.learningRate, 0.25);
  assert.deepEqual(config.student, { epochs: 4, batchSize: 8 });
  assert.deepEqual(config.widths, [9]);
  assert.deepEqual(run, {
    profile: "smoke",
    seed: 7,
    engine: "onnx-cpu",
    workers: 1,
    data: "/somewhere",
    results: "out",
    tensorboard: "boards",
    fresh: true,
    dryRun: true,
  });
});

Deno.test("parseCommand() reads each kind of value", async () => {
  const { config } = await parse([
    "--learning-rate=1e-3",
    "--network",
    "resnet",
    "--no-paired",
    "--widths=3, 4",
    "--limit",
    "2.5",
    "--note",
    "-5 is = fine",
    "--schedule",
    "[{from: 1, rate: 0.5}]",
  ]);
  assert.equal(config.learningRate, 1e-3);
  assert.equal(config.network, "resnet");
  assert.equal(config.paired, false);
  assert.deepEqual(config.widths, [3, 4]);
  assert.equal(config.limit, 2.5);
  assert.equal(config.note, "-5 is = fine");
  assert.deepEqual(config.schedule, [{ from: 1, rate: 0.5 }]);
  const other = await parse(["--limit=null", "--paired=false", "--note", "12"]);
  assert.equal(other.config.limit, null);
  assert.equal(other.config.paired, false);
  assert.equal(other.config.note, "12");
});

Deno.test("parseCommand() names flag, value and range when out of range", async () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["--seed", "0"], "--seed 0: expected an integer >= 1"],
    [["--seed", "1.5"], "--seed 1.5: expected an integer >= 1"],
    [["--seed", "x"], "--seed x: expected an integer >= 1"],
    [["--seed="], "--seed : expected an integer >= 1"],
    [["--seed", "0x10"], "--seed 0x10: expected an integer >= 1"],
    [
      ["--seed", "9007199254740993"],
      "--seed 9007199254740993: expected an integer >= 1 and <= 9007199254740991",
    ],
    [
      ["--learning-rate", "0"],
      "--learning-rate 0: expected a number > 0 and <= 1",
    ],
    [
      ["--learning-rate", "-1"],
      "--learning-rate -1: expected a number > 0 and <= 1",
    ],
    [
      ["--learning-rate", "NaN"],
      "--learning-rate NaN: expected a number > 0 and <= 1",
    ],
    [
      ["--learning-rate", "1e999"],
      "--learning-rate 1e999: expected a number > 0 and <= 1",
    ],
    [["--limit=-1"], "--limit -1: expected a number >= 0 or null"],
    [
      ["--widths", ""],
      "--widths : expected a list of at least 1, each an integer >= 1",
    ],
    [
      ["--widths", "1,0"],
      "--widths 1,0: expected a list of at least 1, each an integer >= 1",
    ],
    [["--paired=maybe"], "--paired maybe: expected true or false"],
    [
      ["--network", "resnte"],
      '--network resnte: expected vgg or resnet; did you mean "resnet"?',
    ],
    [
      ["--profile", "smok"],
      '--profile smok: expected smoke or laptop; did you mean "smoke"?',
    ],
    [
      ["--engine", "tfj"],
      '--engine tfj: expected onnx-cpu or tfjs; did you mean "tfjs"?',
    ],
    [["--workers", "0"], "--workers 0: expected an integer >= 1 and <= 1024"],
    [
      ["--student.epochs", "500"],
      "student.epochs: expected at most ten times the iterations",
    ],
  ];
  for (const [args, message] of cases) {
    assert.deepEqual(await problems(args), [message]);
  }
});

Deno.test("parseCommand() refuses misspelt, repeated and valueless flags", async () => {
  assert.deepEqual(await problems(["--iteration", "3"]), [
    'unknown option "--iteration"; did you mean "--iterations"?',
  ]);
  assert.deepEqual(await problems(["--student.epoch=3"]), [
    'unknown option "--student.epoch"; did you mean "--student.epochs"?',
  ]);
  assert.deepEqual(await problems(["--zzzzzz"]), ['unknown option "--zzzzzz"']);
  assert.deepEqual(await problems(["--log", "tensorboard=boards"]), [
    'unknown option "--log"; did you mean "--log.tensorboard"?',
  ]);
  assert.deepEqual(await problems(["--no-iterations"]), [
    'unknown option "--no-iterations"; did you mean "--iterations"?',
  ]);
  assert.deepEqual(await problems(["--seed", "1", "--seed", "2"]), [
    '--seed 2: given twice (first "--seed 1")',
  ]);
  assert.deepEqual(await problems(["--seed", "--fresh"]), [
    "--seed: a value is missing",
  ]);
  assert.deepEqual(await problems(["--fresh", "--seed"]), [
    "--seed: a value is missing",
  ]);
  assert.deepEqual(await problems(["rq1", "-x", "--"]), [
    'unexpected argument "rq1", expected --<option> <value>',
    'unexpected argument "-x", expected --<option> <value>',
    'unexpected argument "--", expected --<option> <value>; deno task needs no -- before options',
  ]);
});

Deno.test("parseCommand() tells all mistakes at once, each with its place", async () => {
  const files = {
    "rq1.smoke.yaml": [
      "# sizes for a minute",
      "iterations: 0",
      "student:",
      "  epocs: 2",
      "  batchSize: many",
      "learningRate: .nan",
      "widths: [1, -2]",
      "workerz: 2",
    ].join("\n"),
  };
  assert.deepEqual(
    await problems(["--profile", "smoke", "--seed=-1", "--bad"], files),
    [
      'unknown option "--bad"',
      "--seed -1: expected an integer >= 1",
      "rq1.smoke.yaml:2:13: iterations 0: expected an integer >= 1",
      "rq1.smoke.yaml:6:15: learningRate NaN: expected a number > 0 and <= 1",
      "rq1.smoke.yaml:7:13: widths.1 -2: expected a list of at least 1, each an integer >= 1",
      'rq1.smoke.yaml:5:14: student.batchSize "many": expected an integer >= 1',
      'rq1.smoke.yaml:4:3: unknown key "student.epocs"; did you mean "epochs"?',
      'rq1.smoke.yaml:8:1: unknown key "workerz"; did you mean "workers"?',
    ],
  );
});

Deno.test("parseCommand() tells file, line and column when YAML is broken", async () => {
  const cases: readonly (readonly [string | Uint8Array, readonly string[]])[] =
    [
      ["iterations: 1\niterations: 2\n", [
        "rq1.laptop.yaml:2:1: Map keys must be unique",
      ]],
      ["student:\n\tepochs: 1\n", [
        "rq1.laptop.yaml:2:1: Tabs are not allowed as indentation",
      ]],
      ["widths: [1, 2\n", [
        "rq1.laptop.yaml:2:1: Flow sequence in block collection must be sufficiently indented and end with a ]",
      ]],
      ["iterations: !big 1\n", ["rq1.laptop.yaml:1:13: Unresolved tag: !big"]],
      ["", [
        'rq1.laptop.yaml:1:1: the file is empty, expected "option: value" lines',
      ]],
      ["# only words\n", [
        'rq1.laptop.yaml:1:1: the file is empty, expected "option: value" lines',
      ]],
      ["- 1\n", [
        'rq1.laptop.yaml:1:1: it is not a mapping, expected "option: value" lines',
      ]],
      [new Uint8Array([0xff, 0xfe, 0x00]), [
        'cannot read "rq1.laptop.yaml": it is not UTF-8 text',
      ]],
      ["__proto__: {iterations: 3}\n", [
        'rq1.laptop.yaml:1:1: unknown key "__proto__"',
      ]],
      ["fresh: true\n", ['rq1.laptop.yaml:1:1: unknown key "fresh"']],
      ["student: 5\n", ["rq1.laptop.yaml:1:10: student 5: expected a mapping"]],
      ["seed: 9007199254740993\n", [
        "rq1.laptop.yaml:1:7: seed 9007199254740992: expected an integer >= 1 and <= 9007199254740991",
      ]],
      ["learningRate: 1e999\n", [
        "rq1.laptop.yaml:1:15: learningRate Infinity: expected a number > 0 and <= 1",
      ]],
      ["student: !!set {epochs}\n", [
        "rq1.laptop.yaml:1:10: Unresolved tag: tag:yaml.org,2002:set",
      ]],
      ["student: !!omap [epochs: 1]\n", [
        "rq1.laptop.yaml:1:10: Unresolved tag: tag:yaml.org,2002:omap",
      ]],
      ["widths: &a [1, *a]\n", [
        "rq1.laptop.yaml:1:16: the alias *a is within itself",
      ]],
      ["student: &a\n  epochs: *a\n", [
        "rq1.laptop.yaml:2:11: the alias *a is within itself",
      ]],
      ['note: "a\\0b"\n', [
        "rq1.laptop.yaml:1:7: a text has the character NUL",
      ]],
      ["note: " + "a".repeat(2 ** 18), [
        'cannot read "rq1.laptop.yaml": it has 262150 bytes, expected at most 262144',
      ]],
      ["network: no\n", [
        'rq1.laptop.yaml:1:10: network "no": expected vgg or resnet',
      ]],
    ];
  for (const [content, expected] of cases) {
    const found = await problems([], { "rq1.laptop.yaml": content });
    assert.deepEqual(found, expected);
  }
});

Deno.test("parseCommand() tells the first of many mistakes, soon", async () => {
  const lines = Array.from({ length: 20_000 }, (_, k) => `key${k}: 1\n`);
  const start = performance.now();
  const found = await problems([], { "rq1.laptop.yaml": lines.join("") });
  assert.equal(found.length, 21);
  assert.equal(found[19], 'rq1.laptop.yaml:20:1: unknown key "key19"');
  assert.equal(found[20], "… and 19980 more");
  // It took over a minute when every key was looked for among all of them.
  assert(performance.now() - start < 20_000);
});

Deno.test("parseCommand() refuses a pipe or a device as --config file", async () => {
  if (Deno.build.os === "windows") return;
  await inTemporaryFolder(async (folder) => {
    const pipe = join(folder, "pipe");
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    for (const path of [pipe, "/dev/zero"]) {
      const [problem] = await problems(["--config", path]);
      assert.equal(problem, `cannot read "${path}": expected a regular file`);
    }
  });
});

Deno.test("parseCommand() refuses a missing --config file", async () => {
  assert.deepEqual(await problems(["--config", "FOLDER/none.yaml"]), [
    'cannot read "none.yaml": there is no such file',
  ]);
});

Deno.test("parseCommand() shows help with examples first", async () => {
  await assert.rejects(parse(["--help", "--nonsense"]), (error) => {
    assert(error instanceof HelpRequest);
    assert.equal(error.exitCode, 0);
    const lines = error.message.split("\n");
    assert.equal(lines[0], "deno task rq1: compress");
    assert.equal(lines[2], "Examples:");
    const text = error.message;
    assert.match(
      text,
      / {2}--iterations <an integer >= 1>; default 20\n {6}Policy updates a stage\n/,
    );
    assert.match(
      text,
      / {2}--student\.batch-size <an integer >= 1>; default 64\n/,
    );
    assert.match(text, / {2}--profile <smoke or laptop>; default laptop\n/);
    assert.match(text, / {2}--dry-run\n/);
    assert.match(text, / {2}--paired; on unless --no-paired\n/);
    assert.match(text, /Exit codes: 0 done, 1 bug/);
    assert(lines.every((line) => line.length <= 80), text);
    return true;
  });
});

Deno.test("parseCommand() throws TypeError when there is no profile file", () => {
  const command = { ...commandIn("/"), baseName: "rq9" };
  assert.throws(() => parseCommand(command, []), TypeError);
});

Deno.test("defineCommand() refuses a field with the name of a shared option", () => {
  const clash = {
    ...commandIn("/"),
    schema: z.strictObject({ seed: z.int() }),
  };
  assert.throws(
    () => defineCommand(clash),
    /option "seed" is one of every run/,
  );
});

Deno.test("parseOptions() knows its own options only", () => {
  const command = {
    name: "deno task results",
    summary: "tables",
    examples: [],
    schema: z.strictObject({
      check: z.boolean().default(false).describe("Compare only"),
      from: z.string().describe("Folder"),
    }),
  };
  assert.deepEqual(parseOptions(command, ["--check", "--from", "x"]), {
    check: true,
    from: "x",
  });
  assert.throws(
    () => parseOptions(command, ["--seed", "1"]),
    /^UsageError: unknown option "--seed"\n--from is missing: expected a text\nSee/,
  );
});
