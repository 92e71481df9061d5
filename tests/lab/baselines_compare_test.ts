import assert from "node:assert/strict";
import {
  accuracyAt,
  type BaselineContent,
  compareBaselines,
  comparedFigures,
  comparedSummary,
  comparedVerdict,
  type CompressionContent,
} from "../../lib/lab/mod.ts";
import {
  compareStrategies,
  strategySection,
} from "../../lib/lab/baselines/strategies.ts";
import { assertInside, assertWellFormed, texts } from "../report/_svg.ts";
import { baseline, cellOf, search } from "./_baselines.ts";

const SIZES = [
  { parameters: 1_000, test: 0.9 },
  { parameters: 100_000, test: 0.98 },
  { parameters: 10_000, test: 0.96 },
];

Deno.test("accuracyAt() is linear in the logarithm of parameters between two sizes", () => {
  assert.equal(accuracyAt(SIZES, 10_000), 0.96);
  assert.equal(accuracyAt(SIZES, 100_000), 0.98);
  // Half way in the logarithm: sqrt(1,000 * 10,000).
  const middle = accuracyAt(SIZES, Math.sqrt(1e7))!;
  assert(Math.abs(middle - 0.93) < 1e-12, `${middle}`);
});

Deno.test("accuracyAt() extrapolates nothing, and passes over failed trainings", () => {
  assert.equal(accuracyAt(SIZES, 999), undefined);
  assert.equal(accuracyAt(SIZES, 100_001), undefined);
  assert.equal(accuracyAt([], 1_000), undefined);
  const failed = [SIZES[0]!, { parameters: 10_000 }, SIZES[1]!];
  const middle = accuracyAt(failed, 10_000)!;
  assert(Math.abs(middle - 0.94) < 1e-12, `${middle}`);
});

/** Seeds 1 to n: winners of 10,000 parameters, as much better as is said. */
function compared(
  differences: Readonly<Record<string, readonly number[]>>,
): { searches: CompressionContent[]; baselines: BaselineContent[] } {
  const arms = Object.entries(differences);
  const seeds = arms[0]![1].map((_, i) => i + 1);
  return {
    searches: seeds.map((seed) => search(10_000, 0.95, { seed })),
    baselines: arms.flatMap(([arm, of]) =>
      of.map((difference, i) =>
        baseline({ 1_000: 0.5, 10_000: 0.95 - difference, 100_000: 0.99 }, {
          arm,
          seed: i + 1,
        })
      )
    ),
  };
}

const times = (count: number, value: number) => Array(count).fill(value);

Deno.test("compareBaselines() pairs winners with the baseline of their subject and seed", () => {
  const { baselines } = compareBaselines({
    searches: [
      search(10_000, 0.95),
      search(10_000, 0.94, { seed: 2 }),
      search(10_000, 0.8, { dataset: "cifar10" }),
      search(500, 0.7, { dataset: "cifar10", seed: 2 }),
      // Another arm is not what is compared.
      search(10_000, 0.1, { arm: "random" }),
    ],
    baselines: [
      baseline({ 10_000: 0.93 }),
      baseline({ 10_000: 0.94 }, { seed: 2 }),
      baseline({ 1_000: 0.6, 10_000: 0.7 }, { dataset: "cifar10" }),
      baseline({ 1_000: 0.6, 10_000: 0.7 }, { dataset: "cifar10", seed: 2 }),
      baseline({ 10_000: 0.99 }, { arm: "width", seed: 9 }),
    ],
  });
  const [pruning, width] = baselines;
  assert.equal(pruning!.lacking, 0);
  assert.equal(width!.lacking, 4);
  assert.equal(baselines.length, 2);
  assert.deepEqual(
    pruning!.difference.differences.map((each) => each.toFixed(6)),
    ["0.020000", "0.000000", "0.100000"],
  );
  assert.equal(pruning!.outside, 1);
  assert.equal(pruning!.won, 2);
  assert.equal(pruning!.better, "few");
  assert.equal(width!.pairs.length, 0);
  assert.equal(width!.test, undefined);
});

Deno.test("compareBaselines() finds the search better with eight equal signs, Holm over two", () => {
  const analysis = compareBaselines(compared({
    pruning: times(8, 0.01),
    width: [...times(7, 0.02), 0.03],
  }));
  assert.equal(analysis.arm, "reinforce");
  for (const { test, adjusted, better } of analysis.baselines) {
    assert.equal(test!.p, 2 ** -7);
    assert.equal(adjusted, 2 ** -6);
    assert.equal(better, "search");
  }
  assert.equal(comparedVerdict(analysis).verdict, "supported");
});

Deno.test("compareBaselines() does not let one wide difference outweigh many narrow ones", () => {
  const narrow = times(8, 0).map((_, i) => 0.001 + i / 1e4);
  const [pruning] = compareBaselines(compared({ pruning: [...narrow, -0.1] }))
    .baselines;
  // Its mean is below zero; its rank is the highest of nine.
  assert(pruning!.difference.mean! < 0);
  assert.equal(pruning!.test!.statistic, 36);
  assert.equal(pruning!.better, "open");
  const many = [...narrow, ...narrow, -0.1];
  const [wide] = compareBaselines(compared({ pruning: many })).baselines;
  assert(wide!.difference.mean! < 0);
  assert.equal(wide!.better, "search");
});

Deno.test("compareBaselines() compares the search that was declared, though another one has the first record", () => {
  const { searches, baselines } = compared({ pruning: times(6, 0.01) });
  const random = searches.map(({ identity: { seed } }) =>
    search(10_000, 0.5, { arm: "random", seed })
  );
  const found = compareBaselines({
    searches: [...random, ...searches.slice(1)],
    baselines,
  });
  assert.equal(found.arm, "reinforce");
  assert.equal(found.baselines[0]!.pairs.length, 5);
});

Deno.test("comparedSummary() says how many pairs are of several engines or teachers, and shows one teacher once", async () => {
  const { searches, baselines } = compared({ pruning: times(3, 0.01) });
  const [first, ...others] = baselines as [BaselineContent];
  const textOf = (baselines: readonly BaselineContent[]) =>
    comparedSummary({
      question: "rq1",
      profile: "laptop",
      cells: [...searches, ...baselines].map(cellOf),
      lacking: [],
    }, "RQ1: compression");
  const alike = await textOf(baselines);
  assert.doesNotMatch(alike, /trained by other engines/);
  assert.match(alike, /\| reinforce \| teacher +\| +1 \| +99\.00 \|/);
  const engine = { ...first.identity.engine, instructionSet: "y" };
  const unlike = { ...first, identity: { ...first.identity, engine } };
  assert.match(
    await textOf([unlike, ...others]),
    /^In 1 of 3 pairs search and baseline were trained by other engines/m,
  );
});

Deno.test("comparedVerdict() says so where a simple method wins or no difference is shown", () => {
  const lost = comparedVerdict(compareBaselines(compared({
    pruning: times(8, -0.01),
    width: times(8, 0.01),
  })));
  assert.equal(lost.verdict, "not supported");
  assert.match(
    lost.because,
    /^For the search \(reinforce\): a simple method wins \(pruning\); it is the more accurate one beside width \(two-sided/,
  );
  assert.match(lost.numbers[0]!, /pruning: -1\.00 .* better in 0, p = 0\.016/);
  const open = comparedVerdict(compareBaselines(compared({
    pruning: [0.01, -0.01, 0.01, -0.01, 0.01, -0.01, 0.01, -0.01],
  })));
  assert.equal(open.verdict, "not supported");
  assert.match(open.because, /: no difference is shown beside pruning/);
});

Deno.test("comparedVerdict() tells which searches make no pair, and why", () => {
  const { searches, baselines } = compared({ pruning: times(8, 0.01) });
  const [found, ...others] = searches;
  const [{ winner: _, ...stage }] = found!.stages as [
    CompressionContent["stages"][number],
  ];
  const analysis = compareBaselines({
    searches: [{ ...found!, stages: [stage] }, ...others],
    baselines: baselines.slice(0, 7),
  });
  assert.equal(analysis.baselines[0]!.pairs.length, 6);
  const { numbers } = comparedVerdict(analysis);
  assert.match(numbers[0]!, /6 pairs, .*; of 1 winner it was not run beside$/);
  assert.equal(
    numbers[1],
    "1 search (reinforce) without a winner of the last stage: no pair",
  );
});

Deno.test("comparedVerdict() writes a small p as such", () => {
  const { numbers } = comparedVerdict(
    compareBaselines(compared({ pruning: times(20, 0.01) })),
  );
  assert.match(numbers[0]!, /, p < 0\.001 \(Holm\)$/);
});

Deno.test("comparedVerdict() decides nothing with fewer pairs than could", () => {
  const few = comparedVerdict(
    compareBaselines(compared({ pruning: times(5, 0.01) })),
  );
  assert.equal(few.verdict, "not decidable at this scale");
  assert.match(few.because, /There are 5 pairs .* at least 6 are needed/);
  const six = compared({ pruning: times(6, 0.01) });
  assert.equal(comparedVerdict(compareBaselines(six)).verdict, "supported");
  // Of six pairs p is at least .031: twice that, after Holm, shows nothing.
  const two = comparedVerdict(compareBaselines(compared({
    pruning: times(6, 0.01),
    width: times(6, 0.01),
  })));
  assert.equal(two.verdict, "not decidable at this scale");
  assert.match(two.because, /at least 7 are needed/);
  const none = comparedVerdict(
    compareBaselines({ searches: [search(1, 0.9)], baselines: [] }),
  );
  assert.equal(none.verdict, "not decidable at this scale");
});

Deno.test("comparedSummary() opens with the verdict and tells who is better", async () => {
  const contents = compared({ pruning: times(6, -0.01) });
  const failed = baseline({ 10_000: 0.5, 100_000: undefined }, {
    arm: "width",
    seed: 1,
  });
  const results = {
    question: "rq1",
    profile: "laptop",
    cells: [...contents.searches, ...contents.baselines, failed].map(cellOf),
    lacking: [],
  };
  const text = await comparedSummary(results, "RQ1: compression");
  const [heading, , claim, , verdict] = text.split("\n");
  assert.equal(heading, "# RQ1: compression (profile `laptop`)");
  assert.match(claim!, /^\*\*Claim\.\*\* The paper/);
  assert.match(
    verdict!,
    /^\*\*Verdict: not supported\.\*\* For the search \(reinforce\): a simple method wins \(pruning\); there are too few pairs beside width \(two-sided/,
  );
  assert.match(
    text,
    /^\| pruning .* -1\.00 ± 0\.00 .*\*\*the simple method\*\*/m,
  );
  assert.match(text, /^\| width +\| +1 \| +0 \| .* too few pairs +\|$/m);
  assert.match(text, /share of its filters, but at least .*minChannels/);
  // A failed training is counted, and no number stands for it.
  assert.match(text, /\| width +\| +10\.0x \| +1 \| +1 \| +– \|/);
  assert.match(text, /!\[[^\]]*\]\(laptop\/mnist-vgg13-w0\.25-pareto\.svg\)/);

  const figures = await comparedFigures(results);
  assert.deepEqual([...figures.keys()], [
    "rq1/laptop/mnist-vgg13-w0.25-pareto.svg",
  ]);
  const [svg] = figures.values();
  assertWellFormed(svg!);
  assertInside(svg!);
  for (const name of ["pruning", "width", "reinforce", "paper: stage 1 †"]) {
    assert(texts(svg!).includes(name), name);
  }
});

Deno.test("compareStrategies() pairs final rewards by subject and seed", () => {
  const rewarded = (arm: string, seed: number, reward?: number) => {
    const content = search(10_000, 0.95, { arm, seed });
    const [stage] = content.stages as [CompressionContent["stages"][number]];
    const { winner, ...rest } = stage;
    const final = {
      ...{ networkId: winner!.networkId, epochs: 1, validation: 0.9 },
      reward: reward ?? 0,
    };
    return {
      ...content,
      stages: [
        reward === undefined
          ? { ...rest, finals: [] }
          : { ...stage, finals: [final] },
      ],
    };
  };
  const seeds = [1, 2, 3, 4, 5, 6];
  const contents = [
    ...seeds.map((seed) => rewarded("reinforce", seed, 0.9)),
    ...seeds.map((seed) => rewarded("random", seed, 0.8 + seed / 1000)),
    rewarded("evolution", 2),
    rewarded("evolution", 9, 0.1),
  ];
  const [random, evolution, ...others] = compareStrategies(
    "reinforce",
    contents,
  );
  assert.deepEqual(others, []);
  assert.deepEqual([random!.arm, random!.difference.n], ["random", 6]);
  assert.equal(random!.test!.p, 2 ** -5);
  // One test alone: Holm changes nothing.
  assert.equal(random!.adjusted, 2 ** -5);
  assert.deepEqual(evolution!.difference.differences, [1.9]);
  assert.equal(evolution!.test, undefined);
  assert.deepEqual(compareStrategies(undefined, contents), []);
  const text = strategySection("reinforce", contents);
  assert.match(text, /\| random +\| +6 \| +\+0\.09/);
  assert.equal(strategySection("reinforce", contents.slice(0, 6)), "");
});
