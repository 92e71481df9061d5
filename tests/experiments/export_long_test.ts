import assert from "node:assert/strict";
import { main } from "../../experiments/export.ts";
import { DataError } from "../../lib/data/errors.ts";
import { UsageError } from "../../lib/cli/mod.ts";
import { studentSource } from "../../lib/lab/exports/student_source.ts";
import { parameterTable } from "../../lib/network/mod.ts";
import { decodeTensors } from "../../lib/training/mod.ts";
import { finish, inFolder, PROJECT, startRaw, writtenBy } from "./_run.ts";

const RESULTS = `${PROJECT}results`;
const TEACHER = "mnist-vgg13-w0.25";

/** What the command says of arguments that it cannot follow. */
async function refusal(
  args: readonly string[],
): Promise<Error & { exitCode?: number }> {
  try {
    await main(args);
  } catch (error) {
    assert(error instanceof Error);
    return error;
  }
  throw new Error(`${args.join(" ")} was not refused`);
}

Deno.test("export names what there is when a network is unknown", async () => {
  const smoke = "rq1/smoke/mnist-vgg13-w0.125-reinforce-s1";
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /none given, expected one of them/],
    [["--teacher", TEACHER, "--student", "a"], /both given/],
    [
      ["--teacher", "mnist-vgg13-w0.2"],
      /--teacher "mnist-vgg13-w0\.2": expected one of .*did you mean "mnist-vgg13-w0\.25"\?/,
    ],
    [["--teacher", "../secret"], /expected one of cifar10/],
    [["--student", "rq1/smoke"], /expected QUESTION\/PROFILE\/CELL\/STAGE/],
    [["--student", "rq9/a/b/c"], /the question is "rq9", expected .*rq1/],
    [["--student", "rq1/smok/b/c"], /did you mean "smoke"\?/],
    [["--student", "rq1/smoke/b/c"], /the cell is "b", expected mnist-vgg13/],
    [
      ["--student", `${smoke}/shrinkag`],
      /the stage is "shrinkag", expected removal, shrinkage; did you mean "shrinkage"\?/,
    ],
    [
      ["--student", "rq1/smoke/mnist-vgg13-w0.125-pruning-s1/removal"],
      /the stage is "removal", expected one that is recorded/,
    ],
    [
      ["--teacher", TEACHER, "--dataset", "folder:here"],
      /--dataset folder:here: expected none, the network was trained on mnist/,
    ],
  ];
  for (const [args, message] of cases) {
    const error = await refusal([...args, "--results", RESULTS]);
    assert(error instanceof UsageError, error.message);
    assert.equal(error.exitCode, 2);
    assert.match(error.message, message);
  }
});

Deno.test("export says how to get weights that a record of before has not", async () => {
  const student = "rq1/laptop/mnist-vgg13-w0.25-reinforce-s1/shrinkage";
  await inFolder(async (results) => {
    // The record alone, as it was written before weights were kept.
    const at = "rq1/laptop/mnist-vgg13-w0.25-reinforce-s1";
    await Deno.mkdir(`${results}/rq1/laptop`, { recursive: true });
    for (
      const file of ["rq1/laptop.json", `${at}.json`, `${at}.environment.json`]
    ) {
      await Deno.copyFile(`${RESULTS}/${file}`, `${results}/${file}`);
    }
    const { deterministic: { identity: { engine } } } = JSON.parse(
      await Deno.readTextFile(`${RESULTS}/${at}.json`),
    );
    const error = await refusal(["--student", student, "--results", results]);
    assert(error instanceof DataError, error.message);
    assert.equal(error.exitCode, 5);
    const remedy =
      `(deno task rq1 --profile laptop --cells mnist-vgg13-w0.25-reinforce-s1 --engine ${engine.name} --results ${results})`;
    assert(error.message.includes(remedy), error.message);
  });
});

Deno.test("export refuses a teacher whose weights are missing or others", async () => {
  await inFolder(async (results) => {
    await Deno.mkdir(`${results}/teachers`, { recursive: true });
    const file = `teachers/${TEACHER}`;
    await Deno.copyFile(`${RESULTS}/${file}.json`, `${results}/${file}.json`);
    const args = ["--teacher", TEACHER, "--results", results];
    assert.match((await refusal(args)).message, /is missing, expected/);
    await Deno.writeFile(`${results}/${file}.safetensors`, new Uint8Array(9));
    const error = await refusal(args);
    assert(error instanceof DataError, error.message);
    assert.match(error.message, /is [0-9a-f]{64}, expected [0-9a-f]{64}/);
  });
});

Deno.test("export writes a search's winner, from weights that rq1 keeps beside its record", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const search = await finish(results);
    const [record] = writtenBy(search);
    const base = record!.replace(/\.json$/, "");
    const place = search.place.replace(/\.json$/, "");
    const out = `${folder}/out`;
    const flags = [
      ...["--student", `${place}/shrinkage`, "--results", results],
      ...["--out", out, "--runs", "3"],
    ];
    const { code, stdout, stderr } = await startRaw(flags, {
      script: "export.ts",
    }).ended;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^\| teacher +\|/m);
    assert.match(stdout, /same class for 256 of 256 test images/);
    const { winner } = search.deterministic.stages.at(-1);
    // 16-bit floats lost no validation image; of 10,000 test images few.
    const [, exported] = stdout.match(/ (\d+\.\d\d) \(10,000\)/)!;
    assert(Math.abs(Number(exported) - 100 * winner.test) < 0.5, stdout);
    assert((await Deno.stat(`${out}/model.onnx`)).size > 0);
    const page = await Deno.readTextFile(`${out}/README.md`);
    assert(page.includes(`record digest ${search.digest.slice(0, 16)}`));

    const weights = `${base}.shrinkage.safetensors`;
    const { metadata } = decodeTensors(await Deno.readFile(weights));
    assert.equal(metadata.networkId, winner.networkId);
    // Those of the other stage are another network's.
    await Deno.copyFile(`${base}.removal.safetensors`, weights);
    const error = await refusal(flags);
    assert(error instanceof DataError, error.message);
    assert.match(error.message, /belongs to another record/);
  });
});

Deno.test("committed weights are those of the records that they lie beside", async () => {
  const pattern = /^(rq\d)\/(.+)\/(.+)\.([a-z]+)\.safetensors$/;
  const students: string[] = [];
  for (const question of ["rq1", "rq2", "rq4"]) {
    for await (const profile of Deno.readDir(`${RESULTS}/${question}`)) {
      if (!profile.isDirectory) continue;
      const folder = `${question}/${profile.name}`;
      for await (const { name } of Deno.readDir(`${RESULTS}/${folder}`)) {
        const found = pattern.exec(`${folder}/${name}`);
        if (found !== null) students.push(found.slice(1).join("/"));
      }
    }
  }
  assert(students.length > 0);
  for (const student of students) {
    const { network, weights } = await studentSource(RESULTS, student);
    for (const { name, size } of parameterTable(network)) {
      assert.equal(weights[name]?.length, size, `${student}: ${name}`);
    }
  }
});
