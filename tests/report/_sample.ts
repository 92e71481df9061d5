import { randomStream } from "../../lib/random/mod.ts";
import {
  bootstrapInterval,
  createRecord,
  formatAccuracy,
  formatCount,
  formatInterval,
  formatMean,
  formatSeconds,
  keepFigure,
  type KeepFigureOptions,
  loadPaper,
  markdownTable,
  recordText,
  searchFigure,
  type SearchFigureOptions,
  type SearchStage,
  summarise,
} from "../../lib/report/mod.ts";

/** A made-up stage with rejected students and one that failed. */
export function sampleStage(
  title: string,
  { iterations, seed }: {
    readonly iterations: number;
    readonly seed: number;
  },
): SearchStage {
  const random = randomStream(seed, "sample");
  return {
    title,
    iterations: Array.from(
      { length: iterations },
      (_, i) =>
        Array.from({ length: 4 }, (_, k) => {
          if (i === 1 && k === 0) return { reward: NaN };
          if (random.uniform() < 0.2) return { reward: -1, rejected: true };
          return {
            reward: random.uniform(),
            accuracy: random.uniform(),
            parameters: 1_000 + random.integer(90_000),
          };
        }),
    ),
  };
}

/** A made-up search of two stages. */
export function sampleSearch(): SearchFigureOptions {
  return {
    title: 'VGG-13 <on> "MNIST" & co: é, 𝛼',
    teacher: { parameters: 100_000, accuracy: 0.9954 },
    stages: [
      sampleStage("Stage 1: layer removal", { iterations: 12, seed: 1 }),
      sampleStage("Stage 2: layer shrinkage", { iterations: 7, seed: 2 }),
    ],
  };
}

/** A made-up policy of three layers. */
export function samplePolicy(): KeepFigureOptions {
  const random = randomStream(4, "sample");
  return {
    title: "Removal policy",
    kind: "removal",
    labels: ["0 conv3 8", "1 batch norm", "2 max pool 2"],
    free: [false, true, true],
    iterations: Array.from(
      { length: 9 },
      () => [1, random.uniform(), random.uniform()],
    ),
  };
}

/** Everything this room makes, as one text. */
export async function sampleOutput(): Promise<string> {
  const url = new URL("../../experiments/paper.yaml", import.meta.url);
  const paper = await loadPaper(url);
  const values = [0.991, 0.9954, 0.98765];
  const random = randomStream(1, "report");
  return [
    searchFigure(sampleSearch()),
    keepFigure(samplePolicy()),
    markdownTable([{ title: "x" }, { title: "y", align: "right" }], [
      ["mean", formatMean(summarise(values), formatAccuracy)],
      [
        "interval",
        formatInterval(bootstrapInterval(values, { random }), formatAccuracy),
      ],
      ["parameters", formatCount(1234567.5)],
      ["time", formatSeconds(7_620.5)],
      ["paper", paper.compression()[0]?.accuracy.text ?? ""],
    ]),
    recordText(createRecord({ question: "rq1", profile: "smoke" }, { values })),
  ].join("\n");
}

if (import.meta.main) {
  // The probe shows a test that the environment did take effect.
  const probe = new Date(0).toLocaleString();
  await Deno.stdout.write(
    new TextEncoder().encode(`${probe}\n${await sampleOutput()}`),
  );
}
