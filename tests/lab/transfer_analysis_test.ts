import assert from "node:assert/strict";
import {
  analyseTransfer,
  checkTransferOptions,
  completeConfig,
  keepBiasFor,
  keepProbabilities,
  searchPlanOf,
  sourceConfigOf,
  transferArms,
  transferCourses,
  transferOptionsOf,
  transferVerdict,
} from "../../lib/lab/mod.ts";
import { removalMask } from "../../lib/compress/mod.ts";
import { UsageError } from "../../lib/cli/mod.ts";
import { buildNetwork } from "../../lib/network/mod.ts";
import { hedgesGz, mean, pairsNeeded } from "../../lib/report/mod.ts";
import { parseOptions } from "./_options.ts";
import { course, rising, sampleContent, searches, SEEDS } from "./_transfer.ts";

function near(actual: number | undefined, expected: number, within = 1e-9) {
  assert(
    actual !== undefined && Math.abs(actual - expected) <= within,
    `${actual}, expected ${expected}`,
  );
}

Deno.test("keepBiasFor() gives decisions the mean probability that is wanted", () => {
  // All alike: the logit of 0.2 itself.
  near(keepBiasFor([0.5, 0.5], 0.2), Math.log(0.2 / 0.8));
  near(keepBiasFor([0.2, 0.2], 0.2), 0);
  const probabilities = [0.1, 0.5, 0.95];
  for (const rate of [0.05, 0.5, 0.99]) {
    const bias = keepBiasFor(probabilities, rate);
    const biased = probabilities.map((p) =>
      1 / (1 + (1 - p) / p * Math.exp(-bias))
    );
    near(mean(biased), rate);
  }
  // At the ends as near as numbers can tell.
  assert(keepBiasFor(probabilities, 0) < -30);
  assert(keepBiasFor(probabilities, 1) > 30);
});

Deno.test("keepProbabilities() follow an initial keep bias as keepBiasFor() foresees", () => {
  const network = buildNetwork("resnet18", {
    input: [1, 28, 28],
    classes: 10,
    width: 0.0625,
  });
  const probabilitiesAt = (space: string, initialKeepBias: number) =>
    keepProbabilities(
      searchPlanOf(
        completeConfig(parseOptions({
          space,
          removal: { features: "rich", initialKeepBias },
        })),
        { seed: 3 },
      ),
      network,
    );
  // Of leaves only those that can be removed.
  for (
    const [space, free] of [
      ["block", 9],
      ["leaf", removalMask(network).filter(Boolean).length],
    ] as const
  ) {
    const probabilities = probabilitiesAt(space, 0);
    assert.equal(probabilities.length, free, space);
    const bias = keepBiasFor(probabilities, 0.3);
    assert(bias < -0.5);
    // Policies hold 32-bit numbers.
    near(mean(probabilitiesAt(space, bias)), 0.3, 1e-6);
  }
});

Deno.test("analyseTransfer() takes the first iterations' mean reward, seed by seed", () => {
  const { first, asked, arms } = analyseTransfer(sampleContent());
  assert.equal(first, 10);
  assert.deepEqual(arms.map(({ name }) => name), [
    "pretrained",
    "scratch",
    "biased",
  ]);
  const [pretrained, scratch, biased] = arms;
  near(
    pretrained!.reward.mean,
    mean(
      SEEDS.map(({ pretrained: { iterations } }) =>
        mean(iterations.slice(0, 10).flatMap(({ rewards }) => rewards))
      ),
    ),
  );
  near(pretrained!.compression.mean, 0.5);
  assert.equal(pretrained!.less, undefined);
  const { n, mean: less, differences, signFlip, adjusted } = biased!.less!;
  assert.equal(n, 8);
  near(less, pretrained!.reward.mean! - biased!.reward.mean!);
  assert(differences.every((each) => each > 0));
  // All signs alike, of eight; then two comparisons.
  assert.equal(signFlip, 2 ** -7);
  assert.equal(adjusted, 2 ** -6);
  // All differences are equal: there is no spread to divide by.
  assert(!("effect" in scratch!.less!));
  near(biased!.less!.effect, hedgesGz(differences)!);
  near(
    asked,
    0.95 *
      mean(
        SEEDS.map(({ scratch: { iterations } }) =>
          mean(iterations.slice(-5).flatMap(({ rewards }) => rewards))
        ),
      ),
  );
});

Deno.test("analyseTransfer() counts students until the reward asked for, and those that never get there as censored", () => {
  // Scratch ends at 0.8 throughout its last five iterations: 0.76 is asked for.
  const scratch = [...rising(0.2, 0.7, 7), ...Array(5).fill(0.8)];
  const flat = (reward: number) => Array<number>(12).fill(reward);
  const content = sampleContent([
    searches(1, { scratch, biased: flat(0.5), pretrained: flat(0.77) }),
    searches(2, { scratch, biased: flat(0.5), pretrained: flat(0.5) }),
    searches(3, { scratch, biased: flat(0.9), pretrained: flat(0.77) }),
  ]);
  const { asked, arms } = analyseTransfer(content);
  near(asked, 0.76);
  const [pretrained, ofScratch, biased] = arms.map(({ reached }) => reached!);
  // Two students an iteration, the first three of which are looked at together.
  assert.equal(pretrained!.count, 2);
  assert.equal(pretrained!.median, 6);
  near(pretrained!.restricted.mean, (6 + 24 + 6) / 3);
  // Iterations 8 to 10: 0.7 and two of 0.8 have a mean of 0.767.
  assert.equal(ofScratch!.median, 18);
  assert.equal(ofScratch!.count, 3);
  assert.equal(biased!.count, 1);
  assert.equal(biased!.median, undefined);
  assert.deepEqual(arms[2]!.lessStudents!.differences, [-18, 0, 0]);
  const reached = transferCourses(content).map(({ points }) =>
    points.map(({ reached }) => reached)
  );
  assert.deepEqual(reached[0]!.slice(0, 4), [0, 0, 2 / 3, 2 / 3]);
  assert.equal(reached[1]!.at(-1), 1);
});

Deno.test("analyseTransfer() asks for nothing where scratch ends at no reward above 0, and leaves rejected ones out of accuracies", () => {
  const rejected = Array<number>(12).fill(-0.95);
  const content = sampleContent([1, 2].map((seed) =>
    searches(seed, {
      scratch: rejected,
      biased: rejected,
      pretrained: Array<number>(12).fill(0.5),
    })
  ));
  const { asked, arms } = analyseTransfer(content);
  assert.equal(asked, undefined);
  assert.equal(arms[1]!.reached, undefined);
  near(arms[1]!.rejected, 0.5);
  near(arms[0]!.rejected, 0);
  near(arms[1]!.accuracy.mean, 0);
  near(course(rejected).iterations[0]!.accuracies.length, 1);
});

Deno.test("transferVerdict() needs both policies from scratch to be beaten, by enough seeds", () => {
  assert.deepEqual([1, 2, 4].map(pairsNeeded), [6, 7, 8]);
  assert.equal(transferVerdict(sampleContent()).verdict, "supported");
  const few = transferVerdict(sampleContent(SEEDS.slice(0, 6)));
  assert.equal(few.verdict, "not decidable at this scale");
  assert.match(few.because, /^There are 6 pairs of search seeds; .* 7,/);
  assert.equal(
    transferVerdict(sampleContent(SEEDS.slice(0, 7))).verdict,
    "supported",
  );
  // What was carried over is to remove as much, and no more.
  const rateAlone = SEEDS.map((each) => ({ ...each, biased: each.pretrained }));
  const alone = transferVerdict(sampleContent(rateAlone));
  assert.equal(alone.verdict, "not supported");
  assert.match(alone.because, /than "scratch, biased" \(/);
  const worse = SEEDS.map((each) => ({
    ...each,
    pretrained: each.scratch,
    scratch: each.pretrained,
  }));
  const against = transferVerdict(sampleContent(worse));
  assert.equal(against.verdict, "not supported");
  assert.match(against.because, /"scratch" and "scratch, biased"/);
});

Deno.test("sourceConfigOf() changes network and data set alone", () => {
  const config = {
    ...completeConfig(parseOptions({
      dataset: "caltech256",
      size: 64,
      network: "resnet34",
      width: 0.25,
      teacher: { epochs: 3 },
    })),
    searchSeeds: 5,
  };
  const same = sourceConfigOf({ ...config, source: "vgg11" } as typeof config);
  assert.deepEqual(same, { ...config, source: "vgg11", network: "vgg11" });
  const other = sourceConfigOf(
    { ...config, source: "vgg11@mnist" } as typeof config,
  );
  assert.equal(other.dataset, "mnist");
  assert(!("size" in other));
  assert.deepEqual(other.teacher, config.teacher);
  assert.deepEqual(transferOptionsOf(config), { searchSeeds: 5 });
  assert.deepEqual(
    transferArms(["vgg11", "vgg11@mnist"]).map(({ name }) => name),
    ["from-vgg11", "from-vgg11-mnist"],
  );
});

Deno.test("checkTransferOptions() refuses policies that cannot be carried over", () => {
  const check = (options: Readonly<Record<string, unknown>>) => () =>
    checkTransferOptions(completeConfig(parseOptions(options)));
  check({})();
  assert.throws(
    check({
      search: "evolution",
      policy: ["x.policy"],
      removal: { leafLogits: true, budget: 9 },
    }),
    (error) => {
      assert(error instanceof UsageError);
      assert.match(
        error.message,
        /^--search evolution: expected reinforce.*\n--policy: .*\n--removal\.leaf-logits: expected --no-removal.*\n--removal\.budget 9: expected none/,
      );
      return true;
    },
  );
  const carried = (from: string, options = {}) => () =>
    checkTransferOptions(
      {
        ...completeConfig(parseOptions({ network: "resnet18", ...options })),
        source: from,
      } as never,
    );
  carried("resnet34")();
  carried("resnet18@fashion-mnist")();
  for (const itself of ["resnet18", "resnet18@mnist"]) {
    assert.throws(
      carried(itself),
      /^UsageError: --sources resnet18.*: expected another network, or data set/,
    );
  }
  assert.throws(
    carried("resnet34", { removal: { recurrence: "autoregressive" } }),
    /^UsageError: --removal\.recurrence autoregressive: expected one that/,
  );
  // The policy of shrinkage, whose LSTM it would be, is none of this question's.
  assert.throws(
    carried("resnet34", { faults: ["untrainedLstm"] }),
    /^UsageError: --faults untrainedLstm: expected a stage whose policy/,
  );
  assert.throws(
    check({ teacher: { file: "net.onnx" } }),
    /^UsageError: --teacher: expected none, since the source's teacher/,
  );
});
