/**
 * deno task bench:course: memory, handles and temporary files over a long search of
 * small students, looked at from outside, as a table and a figure in results/.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import {
  createProgress,
  describeEnvironment,
  EXIT,
  notify,
  parseOptions,
  print,
  runMain,
  writeFileAtomic,
} from "../lib/cli/mod.ts";
import {
  formatNumber,
  markdownTable,
  scatterFigure,
} from "../lib/report/mod.ts";
import { readTask } from "./search/profile.ts";

/** The command line of the measurement. */
export const command = {
  name: "deno task bench:course",
  summary:
    "Memory, handles and temporary files over a long search (Linux; minutes)",
  examples: ["deno task bench:course"],
  schema: z.strictObject({
    students: z.int().min(24).max(100_000).default(3600).describe(
      "Students that are proposed, in two stages",
    ),
    engine: z.string().min(1).default("onnx-cpu").describe("What trains"),
  }),
};

/** A look at the search's process. */
interface Look {
  /** Students that its store knows. */
  readonly students: number;
  readonly residentBytes: number;
  readonly threads: number;
  /** Open files, sockets and the like. */
  readonly handles: number;
  /** Files in its temporary folder, which is its own. */
  readonly temporaryFiles: number;
}

const ROLLOUTS = 6;
const LOOK_MS = 500;

/** Tiny networks on few images: it is the number of students that counts. */
function flagsFor(students: number, engine: string, results: string) {
  const iterations = Math.ceil(students / (2 * ROLLOUTS));
  const stages = ["removal", "shrinkage"].flatMap((stage) => [
    ...[`--${stage}.iterations`, `${iterations}`],
    ...[`--${stage}.rollouts`, `${ROLLOUTS}`],
  ]);
  return [
    ...["--profile", "smoke", "--dataset", "mnist", "--network", "vgg13"],
    ...["--width", "0.06", "--images", "2000", "--teacher.epochs", "2"],
    ...["--student.images", "256", "--student.epochs", "1"],
    ...["--final.epochs", "1", "--arms", "reinforce", "--compare", "[]"],
    ...[...stages, "--workers", "2", "--engine", engine, "--results", results],
  ];
}

function count(folder: string): number {
  return [...Deno.readDirSync(folder)].length;
}

function numberIn(status: string, key: string): number {
  return Number(new RegExp(`^${key}:\\s*(\\d+)`, "m").exec(status)?.[1]);
}

function countStudents(results: string): number {
  try {
    const database = new DatabaseSync(`${results}/.store/runs.sqlite`, {
      readOnly: true,
    });
    try {
      const row = database.prepare("SELECT count(*) AS n FROM evaluations")
        .get();
      return Number(row!.n);
    } finally {
      database.close();
    }
  } catch {
    // Not there yet, or being made.
    return 0;
  }
}

/** Runs the search and looks at it until it ends; undefined where it has ended. */
async function follow(
  students: number,
  engine: string,
): Promise<{ looks: readonly Look[]; leftFiles: number }> {
  const folder = await Deno.makeTempDir({ prefix: "n2n-course-" });
  const [results, temporary] = [`${folder}/results`, `${folder}/tmp`];
  await Deno.mkdir(temporary);
  try {
    const { args, cwd } = await readTask("rq1");
    const process = new Deno.Command(Deno.execPath(), {
      args: [...args, ...flagsFor(students, engine, results)],
      cwd,
      env: { TMPDIR: temporary },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const complaint = new Response(process.stderr).text();
    let isOver = false;
    const status = process.status.finally(() => isOver = true);
    const progress = createProgress({
      label: "course",
      total: students,
      unit: "students",
    });
    const looks: Look[] = [];
    while (!isOver) {
      await sleep(LOOK_MS);
      const known = countStudents(results);
      try {
        const text = await Deno.readTextFile(
          `/proc/${process.pid}/status`,
        );
        looks.push({
          students: known,
          residentBytes: 1024 * numberIn(text, "VmRSS"),
          threads: numberIn(text, "Threads"),
          handles: count(`/proc/${process.pid}/fd`),
          temporaryFiles: count(temporary),
        });
      } catch (error) {
        // It ended between two lines.
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
      const before = looks.at(-2)?.students ?? 0;
      if (known > before) progress.advance(known - before);
    }
    progress.finish();
    const { code } = await status;
    if (code !== 0) throw new Error(await complaint);
    return {
      looks: looks.filter((look) =>
        look.students > 0 && Number.isFinite(look.residentBytes)
      ),
      leftFiles: count(temporary),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The last look at each tenth of the students. */
function tenths(looks: readonly Look[]): readonly Look[] {
  const most = looks.at(-1)!.students;
  return Array.from({ length: 10 }, (_, tenth) => {
    const until = most * (tenth + 1) / 10;
    return looks.findLast(({ students }) => students <= until);
  }).filter((look) => look !== undefined);
}

/** Draws a quantity over students; the second half is marked. */
function panel(
  looks: readonly Look[],
  { title, of }: { title: string; of: (look: Look) => number },
) {
  const most = looks.at(-1)!.students;
  return {
    title,
    note: `${looks.length} looks`,
    dots: looks.map((look) => ({
      x: look.students,
      y: of(look),
      isMarked: look.students > most / 2,
    })),
  };
}

/** Mean memory of the second half of the trainings, over that of the first. */
function growth(looks: readonly Look[]): number {
  const most = looks.at(-1)!.students;
  const mean = (half: readonly Look[]) =>
    half.reduce((sum, { residentBytes }) => sum + residentBytes, 0) /
    half.length;
  return mean(looks.filter(({ students }) => students > most / 2)) /
    mean(looks.filter(({ students }) => students <= most / 2));
}

async function main(args: readonly string[]): Promise<number> {
  const { students, engine } = parseOptions(command, args);
  if (Deno.build.os !== "linux") {
    notify("Another process's memory is only read on Linux");
    return EXIT.usage;
  }
  const { looks, leftFiles } = await follow(students, engine);
  const { cpu, cores } = await describeEnvironment();
  const rows = tenths(looks).map((look) => [
    formatNumber(look.students, 0),
    formatNumber(look.residentBytes / 2 ** 20, 0),
    formatNumber(look.threads, 0),
    formatNumber(look.handles, 0),
    formatNumber(look.temporaryFiles, 0),
  ]);
  const page = `# Memory over a long search

A process that searches with two workers on ${engine}, VGG-13 of width 0.06 on
MNIST, ${students} students proposed, looked at from outside twice a second
(\`deno task bench:course\`, ${cpu}, ${cores} cores). Over the second half of its
trainings it held ${
    formatNumber(100 * growth(looks), 0)
  } % of the memory of the first (means); ${leftFiles} temporary files were
left at its end.

![Memory over students](memory.svg)

${
    markdownTable(
      [
        "trainings known",
        "resident MiB",
        "threads",
        "handles",
        "temporary files",
      ]
        .map((title) => ({ title, align: "right" as const })),
      rows,
    )
  }
`;
  const figure = scatterFigure({
    title: `Memory over a search of ${students} students, ${engine}`,
    x: "trainings that the store knows",
    y: "resident MiB",
    kinds: { marked: "second half", other: "first half" },
    panels: [panel(looks, {
      title: "resident memory",
      of: ({ residentBytes }) => residentBytes / 2 ** 20,
    })],
  });
  const results = fileURLToPath(new URL("../results/", import.meta.url));
  await writeFileAtomic(`${results}memory.md`, page);
  await writeFileAtomic(`${results}memory.svg`, figure);
  print(page);
  return EXIT.done;
}

if (import.meta.main) await runMain(main);
