/**
 * Ablations. Which parts of the search earn their place, and what does each fault of
 * the authors' release cost?
 *
 * The paper has next to no ablations: it says that the state of a layer, the
 * recurrence, the baseline and the form of the reward are as they are, and compares
 * a bidirectional with an autoregressive policy in a figure. Here each of them is
 * varied alone. Where students are those of layer removal by blocks, all of them
 * are trained once, and any number of searches costs nothing more.
 *
 * @module
 */

import { z } from "zod";
import {
  defineCommand,
  leadingWords,
  print,
  runMain,
  suggestion,
  UsageError,
} from "../lib/cli/mod.ts";
import {
  type Ablation,
  type AblationArm,
  type AblationContent,
  ablationOptions,
  ablationPage,
  ablationSchema,
  ablationSummary,
  cellOptions,
  compressionOptions,
  ENGINE_CHOICE,
  type Experiment,
  foreseeAblation,
  METHODS,
  PAPER_POLICIES,
  type Report,
  runAblation,
  runExperiment,
} from "../lib/lab/mod.ts";

const TITLE = "Ablations";

/** Logits of its own would tell a decision apart whatever the policy reads. */
const WITHOUT_LEAF_LOGITS = {
  stages: "removal",
  removal: { leafLogits: false },
} as const;

/**
 * The paper's policy, at a learning rate with which it learns in the profile's
 * number of iterations: what never learns cannot suffer from learning wrongly.
 */
const PAPER_POLICY = {
  stages: "removal",
  removal: { ...PAPER_POLICIES.removal, learningRate: 0.03 },
} as const;

/** Students an iteration beside the profile's, at as many students in all. */
const ROLLOUTS = [3, 15, 30];

/**
 * Part of the teacher's parameters that a student may have where there is a limit: of
 * ResNet-18's 511 students by blocks 26 have at most so much, the smallest 0.16.
 */
const LIMIT = 0.2;

/** What is varied; of each the first arm is the one that others are compared with. */
export const ABLATIONS: readonly Ablation[] = [
  {
    name: "features",
    summary: "what the policy reads of a layer",
    claim:
      "What the policy reads of a layer decides how good a student it finds (section 3.1).",
    rule: { takes: "one", side: "different" },
    kind: "table",
    stage: "removal",
    options: WITHOUT_LEAF_LOGITS,
    arms: () => [
      { name: "rich", options: {} },
      { name: "scaled", options: { removal: { features: "scaled" } } },
      { name: "paper", options: { removal: { features: "paper" } } },
      { name: "release", options: { removal: { features: "release" } } },
      { name: "rich and logits", options: { removal: { leafLogits: true } } },
    ],
  },
  {
    name: "rollouts",
    summary: "students an iteration, at as many students in all",
    claim:
      "How many students an update averages over matters at as many students in all (section 3.4).",
    rule: { takes: "one", side: "different" },
    kind: "table",
    stage: "removal",
    options: { stages: "removal" },
    arms: ({ length: { iterations, rollouts } }) => [
      { name: `${rollouts} each`, options: {} },
      ...ROLLOUTS.filter((each) => each !== rollouts).map((each) => ({
        name: `${each} each`,
        options: {
          removal: {
            rollouts: each,
            iterations: Math.max(1, Math.round(iterations * rollouts / each)),
          },
        },
      })),
    ],
  },
  {
    name: "baseline",
    summary: "what a reward is compared with",
    claim: "A baseline is needed (section 3.4: a moving average).",
    rule: { arms: ["none"], takes: "each", side: "worse" },
    kind: "table",
    stage: "removal",
    options: { stages: "removal" },
    arms: () => [
      { name: "leave one out", options: {} },
      {
        name: "moving average",
        options: { removal: { baseline: "movingAverage" } },
      },
      { name: "none", options: { removal: { baseline: "none" } } },
    ],
  },
  {
    name: "reward",
    summary: "how accuracy and compression make a reward",
    claim:
      "The paper's reward R_a C (2 - C) finds better students, by that same measure, than simpler forms (section 3.3).",
    rule: { takes: "each", side: "worse" },
    kind: "table",
    stage: "removal",
    options: { stages: "removal" },
    arms: () => [
      { name: "paper", options: {} },
      { name: "linear", options: { reward: "linear" } },
      { name: "additive", options: { reward: "additive" } },
    ],
  },
  {
    name: "recurrence",
    summary: "what the policy knows at a layer of the others",
    claim:
      "A policy that reads all layers both ways finds better students than one that knows less (section 3.2).",
    rule: { takes: "each", side: "worse" },
    kind: "table",
    stage: "removal",
    options: WITHOUT_LEAF_LOGITS,
    arms: () => [
      { name: "bidirectional", options: {} },
      ...(["autoregressive", "forward", "none"] as const).map((
        recurrence,
      ): AblationArm => ({
        name: recurrence,
        options: { removal: { recurrence } },
      })),
    ],
  },
  {
    name: "faults",
    summary: "faults of the authors' release, one at a time and together",
    claim: "Faults of the authors' release cost reward.",
    rule: {
      arms: [
        "shared reward",
        "cumulative baseline",
        "a step a rollout",
        "no skip numbers",
        "all of these",
        "autoregressive, LSTM untrained",
      ],
      takes: "one",
      side: "worse",
    },
    kind: "table",
    stage: "removal",
    options: PAPER_POLICY,
    arms: () => [
      { name: "fixed", options: {} },
      { name: "shared reward", options: { faults: ["sharedReward"] } },
      {
        name: "cumulative baseline",
        options: { faults: ["cumulativeBaseline"] },
      },
      { name: "a step a rollout", options: { faults: ["stepPerRollout"] } },
      {
        name: "no skip numbers",
        options: { removal: { features: "release" } },
      },
      {
        name: "all of these",
        options: {
          removal: { features: "release" },
          faults: ["sharedReward", "cumulativeBaseline", "stepPerRollout"],
        },
      },
      {
        name: "autoregressive",
        options: { removal: { recurrence: "autoregressive" } },
      },
      {
        name: "autoregressive, LSTM untrained",
        options: {
          removal: { recurrence: "autoregressive" },
          faults: ["untrainedLstm"],
        },
        against: "autoregressive",
      },
    ],
  },
  {
    name: "limit",
    summary: "a soft limit on size that is given up again",
    claim:
      "The release's schedule, by which a soft limit returns to none, costs reward within the limit.",
    rule: { arms: ["returns"], takes: "each", side: "worse" },
    kind: "table",
    stage: "removal",
    options: { stages: "removal" },
    arms({ length: { iterations }, parameters }) {
      const limits = {
        mode: "soft",
        parameters: Math.floor(LIMIT * parameters),
        // Hard after a fifth; given up after two.
        iterations: Math.max(1, Math.round(iterations / 5)),
      } as const;
      return [
        { name: "stays", options: { limits } },
        { name: "returns", options: { limits, faults: ["returningLimit"] } },
        {
          name: "hard at once",
          options: { limits: { ...limits, mode: "hard" } },
        },
      ];
    },
  },
  {
    name: "space",
    summary: "what is decided together: blocks, units, layers",
    claim:
      "A search that decides on residual blocks as a whole finds better students than one that decides on less.",
    rule: { takes: "each", side: "worse" },
    kind: "search",
    stage: "removal",
    options: { stages: "removal" },
    arms: () => [
      { name: "block", options: { space: "block" } },
      { name: "unit", options: { space: "unit" } },
      { name: "leaf", options: { space: "leaf" } },
    ],
  },
  {
    name: "alignment",
    summary: "actions that reach other layers than they were drawn for",
    claim:
      "That the release hands actions to other layers than they were drawn for costs reward.",
    kind: "search",
    stage: "removal",
    // A logit of a decision's own learns for whichever layer the action reaches.
    options: {
      stages: "removal",
      space: "leaf",
      removal: { leafLogits: false },
    },
    arms: () => [
      { name: "aligned", options: {} },
      { name: "misaligned", options: { faults: ["misalignedActions"] } },
    ],
  },
  {
    name: "shrinkage",
    summary: "a shrinkage policy whose LSTM is never trained",
    claim:
      "That the release never trains its shrinkage policy's LSTM costs reward.",
    kind: "search",
    stage: "shrinkage",
    // Logits of decisions would learn in the LSTM's stead.
    options: { stages: "shrinkage", shrinkage: { leafLogits: false } },
    arms: () => [
      { name: "trained", options: {} },
      { name: "untrained", options: { faults: ["untrainedLstm"] } },
    ],
  },
];

const NAMES = ABLATIONS.map(({ name }) => name);

/**
 * What can be asked: which cells are run, how many searches, and of a compression's
 * options those of data, teacher, students and search. There is one stage, and no
 * final training.
 */
const schema = z.strictObject({
  ...cellOptions,
  ...compressionOptions,
  ...ablationOptions,
  compare: z.array(z.enum(NAMES)).min(1).default(NAMES).describe(
    "Ablations of the profile, or of a subject",
  ),
});

/** The command line of this experiment. */
export const command = defineCommand({
  name: "deno task ablation",
  summary:
    "Vary one part of the search at a time, repeat faults of the release",
  examples: [
    "deno task ablation",
    "deno task ablation features faults",
    "deno task ablation --profile smoke",
    "deno task ablation --dry-run",
    "deno task ablation space --dataset mnist --search-seeds 12",
  ],
  schema,
  profiles: new URL("configs/", import.meta.url),
  baseName: "ablation",
  presets: { option: "method", values: METHODS },
  ...ENGINE_CHOICE,
});

/** A page with a figure for each subject and ablation, a table over all. */
export const report: Report<AblationContent> = {
  question: "ablation",
  schema: ablationSchema,
  cell: (cell) => ablationPage(cell, { title: TITLE, ablations: ABLATIONS }),
  profile: (results) =>
    ablationSummary(results, { title: TITLE, ablations: ABLATIONS }),
};

/**
 * The experiment: for every subject of the profile each ablation, all of its arms
 * with the same search seeds. What decides is the paper's reward of the student
 * that a search chose, trained once more with another seed and scored on images
 * that chose nothing, seed by seed beside that of the arm it is compared with.
 */
export const experiment: Experiment<z.infer<typeof schema>, AblationContent> = {
  command,
  arms: ({ compare }) =>
    ABLATIONS.filter(({ name }) => compare.includes(name))
      .map(({ name, options }) => ({
        name,
        options: { ...options, ablation: name },
      })),
  foresee: (options) => foreseeAblation(options, ABLATIONS),
  run: (lab) => runAblation(lab, ABLATIONS),
  report,
};

/**
 * The names in front of the options, as the option that picks cells.
 *
 * @param args Arguments of the command line.
 * @throws {UsageError} If there is no such ablation.
 */
export function readNames(args: readonly string[]): readonly string[] {
  const { words: names, rest } = leadingWords(args);
  const unknown = names.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `Ablation "${unknown}": expected some of ${NAMES.join(", ")}${
        suggestion(unknown, NAMES)
      }`,
    );
  }
  return [
    ...(names.length === 0 ? [] : ["--arms", names.join(",")]),
    ...rest,
  ];
}

/** One line an ablation. */
function list(): string {
  const width = Math.max(...NAMES.map(({ length }) => length));
  const lines = ABLATIONS.map(({ name, summary, kind }) =>
    `  ${name.padEnd(width)}  ${summary}${
      kind === "search" ? " (trains its students)" : ""
    }`
  );
  return `deno task ablation NAME ...: one or several of\n\n${
    lines.join("\n")
  }\n\nWithout a name but with options (--profile smoke): all of the profile.`;
}

if (import.meta.main) {
  await runMain((args) => {
    if (args.length > 0) return runExperiment(experiment, readNames(args));
    print(list());
    return 0;
  });
}
