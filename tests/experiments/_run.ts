/**
 * Runs an experiment, `deno task rq1` unless another is named, as a user does, in a
 * process and a results folder of its own, and looks at what it leaves.
 *
 * @module
 */

import assert from "node:assert/strict";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { ifThere, stopwatch } from "../../lib/cli/mod.ts";
import { taskFlags } from "../_tasks.ts";

/** Folder of the project. */
export const PROJECT = fileURLToPath(new URL("../../", import.meta.url));

/** A made-up calibration: no test waits for a measurement that it does not need. */
const CALIBRATION = `${PROJECT}tests/experiments/_calibration.json`;

/** Students proposed in a stage of {@link TINY}: 3 iterations x 3 rollouts. */
export const PROPOSALS = 9;

/** Search iterations of both stages of {@link TINY}. */
export const ITERATIONS = 6;

/**
 * Everything happens once, in seconds: several epochs for the trainings that
 * keep checkpoints, and some students accepted, some rejected.
 */
export const TINY = `
width: 0.03
images: 640
validation: 200
teacher: { epochs: 5 }
student: { images: 128, validationImages: 100, epochs: 1, batchSize: 64 }
final: { epochs: 3, batchSize: 64 }
removal: { iterations: 3, rollouts: 3 }
shrinkage: { iterations: 3, rollouts: 3 }
joint: { iterations: 3, rollouts: 3 }
shrink: { minChannels: 1 }
`;

/** How a command is run. */
export interface CommandOptions {
  /** Flags after those of {@link tinyFlags}. */
  readonly flags?: readonly string[];
  /** YAML that is added to {@link TINY}, for example subjects. */
  readonly config?: string;
  /** The experiment's file; RQ1's where none is named. */
  readonly script?: string;
  /** Flags of Deno itself, after those of the task. */
  readonly deno?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Exit code that {@link finish} expects; default 0. */
  readonly code?: number;
}

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** A command under way. */
export interface Running {
  readonly process: Deno.ChildProcess;
  readonly ended: Promise<Ended>;
  /** Whether it has ended. */
  readonly isOver: () => boolean;
}

const alive = new Set<Running>();

/**
 * Runs a test in a folder of its own. The folder and the commands that a failed
 * test left running are gone afterwards.
 */
export async function inFolder(
  run: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "n2n-rq1-" });
  try {
    await run(folder);
  } finally {
    for (const { process, ended } of alive) {
      process.kill("SIGKILL");
      await ended;
    }
    await Deno.remove(folder, { recursive: true });
    // Of a run whose results folder this is: see tinyFlags().
    await ifThere(() => Deno.remove(`${folder}.tiny.yaml`));
  }
}

/** The experiment that is run where none is named. */
const RQ1 = "rq1_compression.ts";

/**
 * Flags for a tiny run with its results in a folder. A search stands alone where
 * nothing is said of what it is compared with.
 */
export function tinyFlags(
  folder: string,
  { config = "", script = RQ1 }: Pick<CommandOptions, "config" | "script"> = {},
): readonly string[] {
  const file = `${folder}.tiny.yaml`;
  const isAlone = script === RQ1 && !/^compare:/m.test(config);
  const alone = isAlone ? "compare: []\n" : "";
  Deno.writeTextFileSync(file, `${TINY}${alone}${config}`);
  return ["--profile", "smoke", "--config", file, "--results", folder];
}

/** Starts the command with the flags given and no others. */
export function startRaw(
  flags: readonly string[],
  { script = RQ1, deno = [], env = {} }: Omit<
    CommandOptions,
    "flags" | "config"
  > = {},
): Running {
  const seconds = stopwatch();
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      ...taskFlags("rq1"),
      ...deno,
      `experiments/${script}`,
      ...flags,
    ],
    cwd: PROJECT,
    env: { NO_COLOR: "1", N2N_CALIBRATION: CALIBRATION, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const ended = process.output().then(({ code, signal, stdout, stderr }) => {
    alive.delete(running);
    const text = new TextDecoder();
    return {
      code,
      signal,
      stdout: text.decode(stdout),
      stderr: text.decode(stderr),
      seconds: seconds(),
    };
  });
  const running: Running = {
    process,
    ended,
    isOver: () => !alive.has(running),
  };
  alive.add(running);
  return running;
}

/** Starts a tiny run with its results in a folder. */
export function start(
  folder: string,
  { flags = [], config = "", ...options }: CommandOptions = {},
): Running {
  const { script = RQ1 } = options;
  const tiny = tinyFlags(folder, { config, script });
  return startRaw([...tiny, ...flags], options);
}

/** Runs a tiny run to its end, which must be the one expected. */
export async function finish(
  folder: string,
  options: CommandOptions = {},
): Promise<Outcome> {
  const ended = await start(folder, options).ended;
  assert.equal(ended.code, options.code ?? 0, ended.stderr);
  return outcomeOf(ended);
}

/** A test's view of a record; its types are the experiment's own business. */
// deno-lint-ignore no-explicit-any
export type Json = any;

/** What a finished run of one cell left. */
export interface Outcome extends Ended {
  /** Path of the record below the results folder. */
  readonly place: string;
  /** Text of the record. */
  readonly record: string;
  readonly digest: string;
  readonly deterministic: Json;
  readonly environment: Json;
  /** The cell's page. */
  readonly page: string;
  /** The profile's table. */
  readonly table: string;
}

/** Paths of the records that a command says that it wrote, in order. */
export function writtenBy({ stderr }: Ended): readonly string[] {
  return Array.from(
    stderr.matchAll(/^Written: ([^,\n]+\.json),/gm),
    ([, path]) => path!,
  );
}

/** The records that a command wrote, by the name of their cell. */
export function recordsOf(ended: Ended): ReadonlyMap<string, string> {
  return new Map(
    writtenBy(ended).map((path) => [
      posix.basename(path, ".json"),
      Deno.readTextFileSync(path),
    ]),
  );
}

/** The one record that a command wrote, and what lies beside it. */
export function outcomeOf(ended: Ended): Outcome {
  const [path, ...others] = writtenBy(ended);
  assert(path !== undefined && others.length === 0, ended.stderr);
  const base = path.replace(/\.json$/, "");
  const record = Deno.readTextFileSync(path);
  const { digest, deterministic } = JSON.parse(record);
  assert.match(digest, /^[0-9a-f]{64}$/);
  const { environment } = JSON.parse(
    Deno.readTextFileSync(`${base}.environment.json`),
  );
  return {
    ...ended,
    place: path.split("/").slice(-3).join("/"),
    record,
    digest,
    deterministic,
    environment,
    page: Deno.readTextFileSync(`${base}.md`),
    table: Deno.readTextFileSync(`${posix.dirname(path)}.md`),
  };
}

/** Any stage of a record's content, by its kind; undefined where it was not begun. */
export function stageOf({ stages }: Json, kind: string): Json {
  return stages.find((stage: Json) => stage.kind === kind);
}

let made: Promise<Outcome> | undefined;

/**
 * The unbroken tiny run, on two workers, that others are compared with. Run once
 * a test file.
 */
export function reference(): Promise<Outcome> {
  made ??= (async () => {
    let outcome: Outcome | undefined;
    await inFolder(async (folder) => {
      const flags = ["--workers", "2"];
      outcome = await finish(`${folder}/results`, { flags });
    });
    return outcome!;
  })();
  return made;
}
