/**
 * The dry run: what would be done, what is there, what it would cost. Writes
 * nothing.
 *
 * @module
 */

import {
  formatDuration,
  ifThere,
  notify,
  print,
  type RunOptions,
} from "../../cli/mod.ts";
import { countMacs, countParameters, describe } from "../../network/mod.ts";
import {
  formatCount,
  formatShortCount,
  markdownTable,
} from "../../report/mod.ts";
import { openStore, type Store } from "../../store/mod.ts";
import { calibrate, storedCalibration } from "../forecast/calibration.ts";
import type { Part } from "../forecast/forecast.ts";
import { stageConfigOf } from "../options/search_plan.ts";
import { stagesOf } from "../options/stage_plans.ts";
import { openChosenEngine } from "../session/engine_choice.ts";
import { storePath } from "../session/session.ts";
import { dataSlug, isCached } from "../subject/data_options.ts";
import { subjectKey } from "../subject/subject.ts";
import type { Cell } from "./cell.ts";
import type { KnownCell } from "./known_cell.ts";
import { type Foreseen, schedule } from "./schedule.ts";
import type { Selection } from "./select.ts";

/** Bytes of the store for a student with its record, measured. */
const BYTES_PER_STUDENT = 2_000;

const total = (parts: readonly Part[], key: "workerSeconds" | "wallSeconds") =>
  parts.reduce((sum, part) => sum + part[key], 0);

/**
 * Prints what a command line would do.
 *
 * @param experiment How a cell is foreseen.
 * @param plan The command line and its cells.
 */
export async function printPlan(
  experiment: Parameters<typeof schedule>[0] & {
    readonly report: { readonly question: string };
  },
  { run, selection, cells }: {
    readonly run: RunOptions;
    readonly selection: Selection;
    readonly cells: readonly KnownCell[];
  },
): Promise<void> {
  const engine = await openChosenEngine(run.engine);
  const path = storePath(run.results);
  const store = openStore(path, { readonly: true });
  try {
    // Who works for a queue when the run comes, nobody knows now.
    const workers = Math.max(1, run.workers);
    const speed = { engine, workers };
    const stored = await storedCalibration(store, speed);
    if (stored === undefined) {
      notify(`Measuring how fast ${engine.name} trains here, a few seconds`);
    }
    const calibration = stored ?? await calibrate(speed);
    const planned = schedule(experiment, {
      calibration,
      workers,
      cells,
    });
    print(
      `${experiment.report.question}, profile ${selection.profile}, seed ${run.seed}: a dry run.\n`,
    );
    await printSubjects(cells);
    printCells(planned);
    const parts = [...planned.values()].flatMap(({ parts }) => parts);
    print(
      `Predicted: ${
        (total(parts, "workerSeconds") / 3600).toFixed(2)
      } worker-hours, ${
        formatDuration(total(parts, "wallSeconds"))
      } with ${workers} workers${
        run.queue === undefined ? "" : " of this speed"
      }. Foreseen from the speed of ${engine.name} on this machine (measured ${
        stored === undefined ? "just now" : "at its first run"
      }) and from the students that there would be if nothing were learned.`,
    );
    await printStored(store, { path, cells, parts });
  } finally {
    store.close();
  }
}

/** What is compressed, once a subject. */
async function printSubjects(cells: readonly KnownCell[]): Promise<void> {
  const subjects = Map.groupBy(cells, ({ cell }) => subjectKey(cell.config));
  for (const [first] of subjects.values()) {
    const { cell: { config }, subject } = first!;
    const { facts, network } = subject;
    const images = config.images ||
      (facts.trainCount ?? NaN) - config.validation;
    const taken = subject.foreseenTeacher?.record.profile ??
      config.teacher.source?.file;
    print(
      `Teacher: ${formatCount(countParameters(network))} parameters, ${
        formatShortCount(countMacs(network))
      } MACs an image${taken === undefined ? "" : `, trained: ${taken}`}\n  ${
        describe(network)
      }`,
    );
    print(
      `Data: ${facts.title}, ${formatCount(images)} training and ${
        formatCount(config.validation)
      } validation images; ${
        await isCached(config)
          ? "in the cache"
          : `to be fetched and decoded (${
            ((facts.rawBytes ?? 0) / 1e6).toFixed(0)
          } MB)`
      }\n`,
    );
  }
}

/** A row a part of a single cell, a row a cell of several. */
function printCells(planned: ReadonlyMap<Cell, Foreseen>): void {
  const cost = (parts: readonly Part[]) => [
    formatCount(parts.reduce((sum, { trainings }) => sum + trainings, 0)),
    formatCount(parts.reduce((sum, { epochs }) => sum + epochs, 0)),
    (total(parts, "workerSeconds") / 3600).toFixed(2),
    formatDuration(total(parts, "wallSeconds")),
  ];
  const [only] = planned;
  const rows = planned.size === 1
    ? only![1].parts.map((part) => [labelOf(part, only![0]), ...cost([part])])
    : [...planned].map(([{ name }, { parts }]) => [name, ...cost(parts)]);
  print(markdownTable(
    [
      { title: planned.size === 1 ? "step" : "cell" },
      { title: "trainings at most", align: "right" },
      { title: "epochs", align: "right" },
      { title: "worker-hours", align: "right" },
      { title: "takes", align: "right" },
    ],
    rows,
  ));
}

const LABELS: Readonly<Record<string, string>> = {
  logits: "teacher's logits",
  final: "final trainings",
  test: "test scores",
};

function labelOf({ name }: Part, { config }: Cell): string {
  const stage = stagesOf(config.stages).find((kind) => kind === name);
  return stage === undefined
    ? LABELS[name] ?? name
    : `${stage}: ${stageConfigOf(config, stage).iterations} iterations x ${
      stageConfigOf(config, stage).rollouts
    } students`;
}

async function printStored(
  store: Store,
  { path, cells, parts }: {
    readonly path: string;
    readonly cells: readonly KnownCell[];
    readonly parts: readonly Part[];
  },
): Promise<void> {
  const raw = new Map(cells.map(({ cell: { config }, subject }) => [
    dataSlug(config),
    subject.facts.rawBytes ?? 0,
  ]));
  const rawBytes = [...raw.values()].reduce((sum, each) => sum + each, 0);
  const students = parts.reduce((sum, { trainings }) => sum + trainings, 0);
  print(
    `Disk: ${
      ((rawBytes + students * BYTES_PER_STUDENT) / 1e6).toFixed(0)
    } MB for data and store.`,
  );
  const { evaluations } = store.usage();
  print(
    await ifThere(() => Deno.stat(path)) !== undefined
      ? `Stored in ${path}: ${
        formatCount(evaluations.count)
      } evaluations of all runs, of which a cell takes what it needs.`
      : `Nothing is stored yet in ${path}.`,
  );
}
