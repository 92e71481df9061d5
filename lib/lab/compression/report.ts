/**
 * From the record of a compression to its table and figures.
 *
 * @module
 */

import { removalMask, shrinkMask } from "../../compress/mod.ts";
import { dataSetTitle } from "../../data/mod.ts";
import { describe } from "../../network/mod.ts";
import {
  formatAccuracy,
  formatCount,
  formatHours,
  formatSeconds,
  keepFigure,
  layerLabels,
  markdownTable,
  MISSING,
  type ResultRecord,
  searchFigure,
} from "../../report/mod.ts";
import type { Ledger } from "../../search/mod.ts";
import type {
  CompressionContent,
  MeasuredWinner,
  StageContent,
} from "./content.ts";
import { resultTable } from "./table.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { contentNote } from "../subject/data_options.ts";
import type { WallTime } from "../session/session.ts";

/** The environment part: it changes from run to run. */
export interface RunEnvironment extends WallTime {
  readonly cpu: string;
  readonly cores: number;
  /** Seconds of one thread for all trainings of the run. */
  readonly cpuSeconds: number;
  readonly workers: number;
  /** What the last command asked for, and how much of it was known already. */
  readonly evaluations: {
    readonly asked: number;
    readonly remembered: number;
  };
}

/** Networks whose name for people does not follow from that on the command line. */
const TITLES: Readonly<Record<string, string>> = {
  lenet5: "LeNet-5",
  squeezenet: "SqueezeNet 1.1",
  fitnet4: "FitNet-4",
  vggsmall: "VGG-small",
};

/** "VGG-13 on MNIST". */
function titleOf({ network, dataset }: CompressionConfig): string {
  const family = TITLES[network] ??
    network.replace(/(?<=[a-z])(?=[0-9])/, "-")
      .replace(/^vgg/, "VGG").replace(/^resnet/, "ResNet")
      .replace(/-imagenet$/, " (ImageNet's stem)");
  return `${family} on ${
    dataset === "mnist" ? "MNIST" : dataSetTitle(dataset)
  }`;
}

/** Says in one line how the run differs from the paper's protocol. */
function scaleNote({ identity: { config } }: CompressionContent): string {
  const { width, removal, shrinkage, student } = config;
  const students = `${removal.iterations} + ${shrinkage.iterations} iterations`;
  const epochs = student.shrinkageEpochs === undefined
    ? `${student.epochs}`
    : `${student.epochs} + ${student.shrinkageEpochs}`;
  const training = `${epochs} ${epochs === "1" ? "epoch" : "epochs"} on ${
    student.images === 0
      ? "all images"
      : `${formatCount(student.images)} images`
  } a student`;
  return width === 1 && removal.iterations >= 100 &&
      shrinkage.iterations >= 100 && student.images === 0
    ? `The paper's scale: full width, ${students}, ${training}.`
    : `**Laptop-scale numbers, not the paper's:** ours is a narrower teacher (width ${width} of the paper's) and a shorter search (${students}, ${training}).`;
}

function searchTable(content: CompressionContent): string {
  const { removal, shrinkage, identity: { config } } = content;
  const stages = [removal, shrinkage];
  const count = (value: (ledger: Ledger) => number) =>
    stages.map((stage) =>
      stage === undefined ? MISSING : formatCount(value(stage.ledger))
    );
  const winner = (text: (winner: MeasuredWinner) => string) =>
    stages.map((stage) =>
      stage?.winner === undefined ? MISSING : text(stage.winner)
    );
  return markdownTable(
    [
      { title: "search" },
      { title: "stage 1", align: "right" },
      { title: "stage 2", align: "right" },
    ],
    [
      ["students proposed", ...count(({ proposed }) => proposed)],
      ["rejected (reward -1)", ...count(({ rejected }) => rejected)],
      [
        "answered from memory (same network again)",
        ...count(({ repeated }) => repeated),
      ],
      ["trained", ...count(({ trained }) => trained)],
      ["of these failed (NaN)", ...count(({ failed }) => failed)],
      ["student-epochs", ...count(({ studentEpochs }) => studentEpochs)],
      [
        "winner: found in iteration",
        ...winner(({ iteration }) => `${iteration + 1}`),
      ],
      ["winner: reward", ...winner(({ reward }) => reward.toFixed(3))],
      [
        "winner: validation accuracy % after the short training",
        ...winner(({ searchAccuracy }) => formatAccuracy(searchAccuracy)),
      ],
      [
        `winner: validation accuracy % after final training (${config.final.epochs} epochs)`,
        ...winner(({ validation }) => formatAccuracy(validation)),
      ],
    ],
  );
}

function costNote(
  { teacherForwards, studentForwards, removal, shrinkage }: CompressionContent,
  environment: RunEnvironment,
): string {
  const { cpu, cores, cpuSeconds, wallSeconds, commands, workers } =
    environment;
  const { asked, remembered } = environment.evaluations;
  const repeated = removal.ledger.repeated + (shrinkage?.ledger.repeated ?? 0);
  const earlier = remembered - repeated;
  const saved = studentForwards - teacherForwards;
  return [
    `Cost: ${formatHours(cpuSeconds)} CPU hours of training; ${
      formatSeconds(wallSeconds)
    } from start to end${commands === 1 ? "" : `, in ${commands} commands`}${
      earlier > 0
        ? ` (${formatCount(earlier)} of ${
          formatCount(asked - repeated)
        } trainings were known from earlier runs)`
        : ""
    }, with ${workers} workers on ${cores} cores (${cpu}).`,
    `The teacher looked at ${
      formatCount(teacherForwards)
    } images, once for all students${
      saved > 0 ? `: ${formatCount(saved)} teacher forwards were saved` : ""
    }.`,
  ].join(" ");
}

function winnerNotes(
  { teacher, removal, shrinkage }: CompressionContent,
): string {
  return [
    ["teacher", teacher] as const,
    ["stage 1", removal.winner] as const,
    ["stage 1+2", shrinkage?.winner] as const,
  ].map(([label, network]) =>
    `- ${label}: ${
      network === undefined
        ? "no student was found"
        : `\`${describe(network.network)}\``
    }`
  ).join("\n");
}

/** Who trained a teacher that the run took as it was. */
function teacherNote({ teacher }: CompressionContent["identity"]): string {
  if (teacher === undefined) return "";
  const { weights, engine: { name, instructionSet } } = teacher;
  return `The teacher was trained before, by ${name} (${instructionSet}): weights
${weights.slice(0, 16)}, see [teachers](../teachers/README.md).

`;
}

/** Says of a set that its content is not the official one. */
function dataNote({ data }: CompressionContent["identity"]): string {
  const note = contentNote(data);
  return note === "" ? "" : `${note}\n\n`;
}

/** Files that a record gives: the table and the figures, by path below results/. */
export async function renderCompression(
  { question, profile, deterministic: content, digest }: ResultRecord<
    CompressionContent
  >,
  environment: RunEnvironment,
): Promise<Map<string, string>> {
  const { identity, shrinkage } = content;
  const { config, seed, engine, data } = identity;
  const figures = figuresOf(content);
  const title = `RQ1: compression of ${titleOf(config)}`;
  const markdown = `# ${title} (profile \`${profile}\`)

${scaleNote(content)}

${await resultTable(content)}

One run, seed ${seed}: no spread is given. Delta is in percentage points of test
accuracy against the teacher. Test images were opened once, for this table.

${searchTable(content).trimEnd()}

${costNote(content, environment)}

![Reward, accuracy and compression against iteration](${profile}-search.svg)

![Probability of keeping each layer](${profile}-removal.svg)
${
    shrinkage === undefined
      ? ""
      : `\n![Expected shrink ratio of each layer](${profile}-shrinkage.svg)\n`
  }
Networks (c: convolution, bn: batch norm, r: ReLU, p: max-pool):

${winnerNotes(content)}

${dataNote(identity)}${
    teacherNote(identity)
  }Engine ${engine.name} (${engine.version}, ${engine.instructionSet}); data
${data.name}, train digest ${data.digest.train.slice(0, 16)}; record digest
${digest.slice(0, 16)}. Generated from [${profile}.json](${profile}.json).
`;
  const files = new Map<string, string>();
  files.set(`${question}/${profile}.md`, markdown);
  files.set(`${question}/${profile}-search.svg`, figures.search);
  files.set(`${question}/${profile}-removal.svg`, figures.removal);
  if (figures.shrinkage !== undefined) {
    files.set(`${question}/${profile}-shrinkage.svg`, figures.shrinkage);
  }
  return files;
}

function figuresOf(content: CompressionContent): {
  readonly search: string;
  readonly removal: string;
  readonly shrinkage?: string;
} {
  const { identity: { config }, teacher, removal, shrinkage } = content;
  const title = `${titleOf(config)}, width ${config.width}`;
  const rollouts = ({ records }: StageContent) => ({
    iterations: records.map(({ proposals }) =>
      proposals.map(({ reward, accuracy, parameters }) => ({
        reward,
        ...(accuracy === undefined ? {} : { accuracy }),
        ...(parameters === undefined ? {} : { parameters }),
        rejected: parameters === undefined,
      }))
    ),
  });
  const tendencies = ({ records }: StageContent) =>
    records.map(({ tendency }) => tendency);
  const base = removal.winner?.network;
  return {
    search: searchFigure({
      title: `Search: ${title}`,
      teacher: {
        parameters: teacher.parameters,
        accuracy: content.referenceAccuracy,
      },
      stage1: rollouts(removal),
      ...(shrinkage === undefined ? {} : { stage2: rollouts(shrinkage) }),
    }),
    removal: keepFigure({
      title: `Probability of keep: ${title}`,
      kind: "removal",
      labels: layerLabels(teacher.network),
      free: removalMask(teacher.network),
      iterations: tendencies(removal),
    }),
    ...(shrinkage === undefined || base === undefined ? {} : {
      shrinkage: keepFigure({
        title: `Expected shrink ratio: ${title}`,
        kind: "shrinkage",
        labels: layerLabels(base),
        free: shrinkMask(base, {
          shrink: config.shrink.what,
          minChannels: config.shrink.minChannels,
        }),
        iterations: tendencies(shrinkage),
      }),
    }),
  };
}
