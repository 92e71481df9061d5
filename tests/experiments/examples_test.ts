import assert from "node:assert/strict";
import { command as course } from "../../bench/course.ts";
import { command as bench, parseBench } from "../../bench/options.ts";
import { command as ablation, readNames } from "../../experiments/ablation.ts";
import { EXPERIMENTS } from "../../experiments/all.ts";
import { command as data, readRequest } from "../../experiments/data.ts";
import {
  command as demo,
  readRequest as readDemo,
} from "../../experiments/demo.ts";
import { command as engines } from "../../experiments/engines.ts";
import { command as exporting } from "../../experiments/export.ts";
import { command as portable } from "../../experiments/portable.ts";
import {
  command as queue,
  readRequest as readQueue,
} from "../../experiments/queue.ts";
import { command as regress, readRegress } from "../../experiments/regress.ts";
import {
  command as report,
  readRequest as readReport,
} from "../../experiments/report.ts";
import { command as results } from "../../experiments/results.ts";
import { command as onednn } from "../../experiments/setup_onednn.ts";
import { command as tfjsNode } from "../../experiments/setup_tfjs_node.ts";
import { command as teacher } from "../../experiments/teacher.ts";
import { command as verify } from "../../experiments/verify.ts";
import {
  command as view,
  readRequest as readView,
} from "../../experiments/view.ts";
import { command as worker } from "../../experiments/worker.ts";
import {
  HelpRequest,
  type OptionsSource,
  parseCommand,
  parseOptions,
} from "../../lib/cli/mod.ts";
import { selectCells } from "../../lib/lab/mod.ts";
import { command as soak } from "../soak/main.ts";
import { PROJECT } from "./_run.ts";

/** A command, and how it reads its arguments. */
interface Known {
  readonly command: OptionsSource<unknown>;
  readonly read: (args: readonly string[]) => unknown;
}

const plain = (command: OptionsSource<unknown>): Known => ({
  command,
  read: (args) => parseOptions(command, args),
});

const COMMANDS: readonly Known[] = [
  ...EXPERIMENTS.map(({ command, arms }): Known => ({
    command,
    read: (args) =>
      selectCells(
        parseCommand(command, command === ablation ? readNames(args) : args),
        arms,
      ),
  })),
  { command: data, read: readRequest },
  { command: regress, read: readRegress },
  { command: bench, read: parseBench },
  { command: queue, read: readQueue },
  { command: report, read: readReport },
  { command: view, read: readView },
  { command: demo, read: readDemo },
  ...[
    ...[course, engines, exporting, onednn, portable],
    ...[results, soak, teacher, tfjsNode, verify, worker],
  ].map(plain),
];

/** Tasks of deno.json that are no commands of their own. */
const OTHERS = [
  ...["test", "test:long", "test:quick", "test:mutations"],
  ...["figures", "ok", "page", "packages"],
];

/** Reads a whole command line as its command would. */
function read(line: string): void {
  // What comes after "deno task", as a shell hands it on: without the remark, the
  // quotes of an empty list and of a command within a command, and "~".
  const words = line.replace(/^.*?\btask (--quiet )?/, "").replace(
    /\s+#.*$/,
    "",
  )
    .replaceAll("'[]'", "[]").replaceAll(" ~/", " /home/name/")
    .replace(/"$/, "").trim().split(/\s+/);
  const name = `deno task ${words[0]}`;
  const known = COMMANDS.find(({ command }) => command.name === name);
  assert(known !== undefined, `${line}: there is no such command`);
  try {
    known.read(words.slice(1));
  } catch (error) {
    if (error instanceof HelpRequest) return;
    throw new Error(`Cannot read "${line}"`, { cause: error });
  }
}

Deno.test("every task has a command, and help with examples that it understands", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${PROJECT}deno.json`));
  assert.deepEqual(
    COMMANDS.map(({ command: { name } }) => name).sort(),
    Object.keys(tasks).filter((task) => !OTHERS.includes(task))
      .map((task) => `deno task ${task}`).sort(),
  );
  for (const { command: { name, examples } } of COMMANDS) {
    assert(examples.length > 0, name);
    for (const example of examples) {
      assert.match(example, new RegExp(`(^|=\\S+ )${name}( |$)`));
      read(example);
    }
  }
});

Deno.test("every command line of README.md and docs/ is understood", async () => {
  const pages = ["README.md", "datasets/README.md"];
  for await (const { name } of Deno.readDir(`${PROJECT}docs`)) {
    pages.push(`docs/${name}`);
  }
  const lines = (await Promise.all(pages.map(async (page) => {
    const text = await Deno.readTextFile(`${PROJECT}${page}`);
    const inline = text.matchAll(/`(deno task [^`]+)`/g);
    const blocks = text.matchAll(/```sh\n([^]*?)```/g);
    return [
      ...Array.from(inline, ([, line]) => line!.replaceAll("\n", " ")),
      ...Array.from(
        blocks,
        ([, block]) => block!.replaceAll("\\\n", " ").split("\n"),
      ).flat()
        .filter((line) => /\bdeno(@\S+)? task /.test(line)),
    ];
  }))).flat();
  const own = lines.filter((line) =>
    // NAME stands for any name.
    !/ NAME\b/.test(line) &&
    !OTHERS.some((task) => line.includes(`task ${task}`))
  );
  assert(own.length > 40, `only ${own.length} lines were found`);
  own.forEach(read);
});
