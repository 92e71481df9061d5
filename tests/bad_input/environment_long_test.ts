/**
 * Bad values of every environment variable that is read, through the real commands:
 * each ends in time, in words, with its exit code, and leaves nothing anywhere.
 */

import assert from "node:assert/strict";
import { filesBelow, runElsewhere, type Traces } from "../_elsewhere.ts";
import { PROJECT } from "../experiments/_run.ts";
import { withServer } from "../queue/_bare_server.ts";
import { WITHOUT_SERVER } from "../queue/_server.ts";
import { CONFIGURATION, taskArgs } from "../_tasks.ts";
import {
  type BadVariable,
  BENCH_COMMAND,
  PASSWORD,
  PYTHONS,
  VARIABLES,
} from "./_environment.ts";

/** Each ends before it does any work; a busy machine takes its time to start it. */
const PATIENCE_MS = 120_000;

const CALIBRATION = await Deno.readTextFile(
  `${PROJECT}tests/experiments/_calibration.json`,
);

/** Makes what the variables name. */
async function prepare(folder: string): Promise<void> {
  const files: Readonly<Record<string, string>> = {
    "text": "x\n",
    "empty": "",
    "good.json": CALIBRATION,
    "secret.json": CALIBRATION,
    "negative.json": CALIBRATION.replace('"compile": 0.1', '"compile": -0.1'),
    "infinite.json": CALIBRATION.replace(
      /("together".*?"mac": )1e-10/s,
      "$11e999",
    ),
    "deep.json": "[".repeat(30_000) + "]".repeat(30_000),
    "large.json": "",
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  await Deno.truncate(`${folder}/large.json`, 2 ** 20);
  for (const name of ["folder", "shut", "fixed"]) {
    await Deno.mkdir(`${folder}/${name}`);
  }
  await Deno.symlink("gone", `${folder}/dangling`);
  await Deno.symlink("loop", `${folder}/loop`);
  await new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output();
  await Deno.chmod(`${folder}/secret.json`, 0);
  await Deno.chmod(`${folder}/shut`, 0);
  await Deno.chmod(`${folder}/fixed`, 0o555);
}

/** A command in front of another that takes from root what only root may do. */
const AS_OTHERS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];

/** Why files cannot be kept from this user; undefined where they can. */
async function rootObstacle(): Promise<string | undefined> {
  if (Deno.uid() !== 0) return undefined;
  try {
    const [command, ...args] = [...AS_OTHERS, "true"];
    const { success } = await new Deno.Command(command!, { args }).output();
    return success ? undefined : "root cannot give up its rights here";
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return "root reads everything, and there is no setpriv";
  }
}

const obstacle = Deno.build.os === "windows" ? "" : await rootObstacle();

/** What lies where a command could leave something. */
function look(folder: string): readonly string[] {
  // But for the folder that a test of the docs makes and removes meanwhile.
  const names = [...Deno.readDirSync(PROJECT)].map(({ name }) => name)
    .filter((name) => !/^\.docs-.*\.tmp$/.test(name));
  return [...names, ...filesBelow(folder)].toSorted();
}

/** Runs a command with a variable, which has to end in time and to leave nothing. */
async function run(
  { variable, value, command, env = {}, isNoRoot = false }: BadVariable,
  folder: string,
): Promise<Traces> {
  const filled = (text: string) => text.replaceAll("$F", folder);
  const [task, ...args] = command.map(filled) as [string, ...string[]];
  const variables = Object.entries(env)
    .map(([name, text]) => [name, filled(text)] as const);
  const isText = typeof value === "string";
  // Of what is no text only a shell can make a variable.
  const shell = `${variable}=$(printf '/n2n\\377'); export ${variable}; "$@"`;
  const before = look(folder);
  const traces = await runElsewhere([...taskArgs(task), ...args], {
    env: {
      ...Object.fromEntries(variables),
      ...isText && { [variable]: filled(value) },
    },
    through: [
      ...isText ? [] : ["sh", "-c", shell, "sh"],
      ...isNoRoot && Deno.uid() === 0 ? AS_OTHERS : [],
    ],
    patienceMs: PATIENCE_MS,
  });
  assert.deepEqual(look(folder), before, "it left something");
  assert.deepEqual(traces.files, [], "it left something elsewhere");
  return traces;
}

/** A command that a variable keeps from its work. */
async function refuse(bad: BadVariable, folder: string): Promise<void> {
  const { code, stdout, stderr } = await run(bad, folder);
  assert.equal(code, bad.code, stderr);
  assert(stderr.length < 1500, "the message fills a screen");
  assert.doesNotMatch(stderr, /^ +at |Uncaught|Error:/m);
  if (bad.code !== 0) assert.equal(stdout, "");
  if (bad.never !== undefined) assert.doesNotMatch(stderr, bad.never);
  if (typeof bad.message !== "string") assert.match(stderr, bad.message);
  else {
    const expected = bad.message.replaceAll("$F", folder);
    assert(stderr.includes(expected), `${stderr}\nhas no ${expected}`);
  }
}

async function inFolder(
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "n2n-env-" });
  try {
    await prepare(folder);
    await work(folder);
  } finally {
    // Of whoever may not look into it.
    await Deno.chmod(`${folder}/shut`, 0o700);
    await Deno.remove(folder, { recursive: true });
  }
}

// Seen to fail: without the look at what a path leads to (pipes are waited for, links
// and devices come to other messages); with InvalidData passed on; with blanks and line
// breaks taken; with paths taken as they are; without the look at a library's path;
// without the question whether CXX may be run; with the calibration read only when it
// is used, which leaves a store; without its largest size; with OMP_NUM_THREADS, or
// ORT_DISABLE_TELEMETRY, left as they were; with the name of a set taken for a path.
for (const bad of VARIABLES) {
  const { variable, what, command: [task], isNoRoot } = bad;
  const name = `${task} with ${variable} that is ${what}`;
  const reason = isNoRoot ? obstacle : undefined;
  Deno.test({
    name: reason === undefined ? name : `${name}: skipped, because ${reason}`,
    ignore: Deno.build.os === "windows" || reason !== undefined,
    fn: () => inFolder((folder) => refuse(bad, folder)),
  });
}

// Seen to fail: with what is no answer of Python's passed on as an error.
Deno.test({
  name:
    "the benchmark leaves out what N2N_PYTHON names and is no Python with torch",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const names = PYTHONS
        .map(([name]) => name.replace("$F", folder));
      const [task, ...args] = BENCH_COMMAND;
      const { code, stderr } = await runElsewhere([
        ...taskArgs(task),
        ...args.map((arg) => arg.replace("$F", folder)),
      ], {
        env: { N2N_PYTHON: ["", ...names, ""].join(":") },
        patienceMs: PATIENCE_MS,
      });
      assert.equal(code, 0, stderr);
      const [file] = filesBelow(`${folder}/results/bench`)
        .filter((path) => path.endsWith(".json"));
      const { engines } = JSON.parse(await Deno.readTextFile(file!));
      const told = new Map(
        engines.skipped.map((
          { title, reason }: Readonly<Record<"title" | "reason", string>>,
        ) => [title, reason]),
      );
      assert.deepEqual(
        names.map((name) => told.get(`PyTorch of ${name}`)),
        PYTHONS.map(([, why]) => why),
      );
    }),
});

// Seen to fail: without the longest password, when the server hangs up.
Deno.test({
  name: WITHOUT_SERVER === undefined
    ? "worker is refused by a server with any bad N2N_QUEUE_PASSWORD, which is not repeated"
    : `worker with a bad N2N_QUEUE_PASSWORD: skipped, because ${WITHOUT_SERVER}`,
  ignore: WITHOUT_SERVER !== undefined,
  fn: () =>
    withServer(
      { flags: ["--requirepass", "the right one"] },
      (port) =>
        inFolder(async (folder) => {
          for (const bad of PASSWORD) {
            const queue = ["--queue", `redis://127.0.0.1:${port}`];
            const command = ["worker", ...queue] as const;
            await refuse({ ...bad, command }, folder);
          }
        }),
    ),
});

Deno.test("25 bad variables and more are tried, each once", () => {
  const names = VARIABLES.map(({ command, variable, what }) =>
    `${command[0]} ${variable} ${what}`
  );
  assert.deepEqual(names, [...new Set(names)]);
  assert(names.length >= 25, `${names.length}`);
  const variables = new Set(VARIABLES.map(({ variable }) => variable));
  // Every one that deno.json lets a task read, but for those of TensorFlow, which
  // are set alike, and TERM: tests/cli/progress_test.ts.
  const lists = Object.values(CONFIGURATION.permissions)
    .flatMap(({ env }) =>
      (env as { readonly allow?: readonly string[] } | undefined)?.allow ?? []
    );
  for (const name of new Set(lists)) {
    if (/^(TF_|NVIDIA_|TERM$|N2N_QUEUE_PASSWORD$)/.test(name)) continue;
    assert(variables.has(name), `no bad ${name} is tried`);
  }
});
