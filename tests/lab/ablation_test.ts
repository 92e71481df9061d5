import assert from "node:assert/strict";
import { ABLATIONS, command, experiment } from "../../experiments/ablation.ts";
import { parseCommand } from "../../lib/cli/mod.ts";
import {
  type Ablation,
  type AblationContent,
  ablationPage,
  type AblationPages,
  ablationSummary,
  ablationVerdict,
  analyseAblation,
  type ClaimRule,
  completeConfig,
} from "../../lib/lab/mod.ts";
import { ablationOptionsOf, scaleOf } from "../../lib/lab/ablation/options.ts";
import { selectCells } from "../../lib/lab/cells/select.ts";
import { hedgesGz, pairsNeeded } from "../../lib/report/mod.ts";
import { assertInside, assertWellFormed, texts } from "../report/_svg.ts";
import { arm, ARMS, sampleCell, sampleContent } from "./_ablation.ts";
import { parseOptions } from "./_options.ts";

const CELL = "mnist-resnet18-w0.125-features-s1";
const CLAIM = "Features matter (section 3.1).";

const PAGES: AblationPages = {
  title: "Ablations",
  ablations: [{
    name: "features",
    summary: "what the policy reads",
    claim: CLAIM,
    kind: "table",
    stage: "removal",
    options: {},
    arms: () => [],
  }],
};

const close = (a: number | undefined, b: number) =>
  assert.ok(Math.abs(a! - b) < 1e-9, `${a} is not ${b}`);

Deno.test("analyseAblation() compares the rewards looked at again, seed by seed", () => {
  const [whole, without, other] = analyseAblation(sampleContent());
  assert.equal(whole!.comparison, undefined);
  close(whole!.again.mean, 0.75);
  close(whole!.chosen.mean, 0.76);
  close(whole!.compression.mean, 4);
  const { difference, p, adjusted, effect, against } = without!.comparison!;
  assert.equal(against, "whole");
  // Mean of -.1 -.1 -.15 -.1 -.1 -.1 -.05 -.1
  close(difference.mean, -0.1);
  close(effect, hedgesGz(difference.differences)!);
  // All eight have one sign: 2 of 2^8; Holm over two comparisons.
  close(p, 2 / 256);
  close(adjusted, 4 / 256);
  assert.equal(other!.comparison!.p, 1);
  assert.equal(other!.comparison!.effect, undefined);
});

Deno.test("analyseAblation() compares with the arm that is named, and counts none as -1", () => {
  const [, , third] = analyseAblation(sampleContent([
    arm("a", [0.5, 0.5]),
    arm("b", [0.2, 0.3], "a"),
    arm("c", [undefined, 0.4], "b"),
  ]));
  assert.equal(third!.comparison!.against, "b");
  close(third!.comparison!.difference.differences[0], -1.2);
  close(third!.comparison!.difference.differences[1], 0.1);
  assert.equal(third!.accuracy.n, 1);
});

Deno.test("ablationVerdict() supports, does not, or cannot decide", () => {
  const supported = ablationVerdict(sampleContent(), { claim: CLAIM });
  assert.equal(supported.verdict, "supported");
  assert.match(
    supported.because,
    /^Worse students are chosen by "\\\*without\\\*" \(/,
  );
  assert.equal(supported.numbers.length, 2);
  assert.match(
    supported.numbers[0]!,
    /^\\\*without\\\* less whole: -0\.1000 \[.*\], n = 8, p = 0\.008 \(Holm 0\.016\), g -/,
  );
  const equal = ablationVerdict(sampleContent([ARMS[0]!, ARMS[2]!]), {
    claim: CLAIM,
  });
  assert.equal(equal.verdict, "not supported");
  const better = ablationVerdict(
    sampleContent([
      { ...ARMS[1]!, name: "a" },
      { ...ARMS[0]!, name: "b", against: "a" },
    ]),
    { claim: CLAIM },
  );
  assert.equal(better.verdict, "not supported");
  assert.match(better.because, /better ones by "b"/);
  const few = ablationVerdict(
    sampleContent([arm("a", [1, 1, 1, 1, 1]), arm("b", [0, 0, 0, 0, 0], "a")]),
    { claim: CLAIM },
  );
  assert.equal(few.verdict, "not decidable at this scale");
  assert.match(few.because, /5 pairs .* at least 6 are needed/);
});

Deno.test("ablationVerdict() looks at the arms that the claim is about, and at the side that it names", () => {
  // Of the sample "*without*" is worse than "whole", and "other" is its equal.
  const verdict = (rule: ClaimRule, content = sampleContent()) =>
    ablationVerdict(content, { claim: CLAIM, rule });
  const of = (...arms: string[]) =>
    ({ arms, takes: "one", side: "worse" }) as const;
  assert.equal(verdict(of("*without*")).verdict, "supported");
  const other = verdict(of("other"));
  assert.equal(other.verdict, "not supported");
  assert.match(
    other.because,
    /^Worse students are chosen by .* The claim takes "other" to be worse\.$/,
  );
  assert.equal(verdict(of("gone")).verdict, "not supported");
  const each = { takes: "each", side: "worse" } as const;
  assert.equal(verdict(each).verdict, "not supported");
  assert.equal(
    verdict(each, sampleContent(ARMS.slice(0, 2))).verdict,
    "supported",
  );
  const better = sampleContent([
    { ...ARMS[1]!, name: "a" },
    { ...ARMS[0]!, name: "b", against: "a" },
  ]);
  const different = { takes: "one", side: "different" } as const;
  assert.equal(verdict(different, better).verdict, "supported");
  assert.match(
    verdict(different, sampleContent([ARMS[0]!, ARMS[2]!])).because,
    /^No arm chooses worse or better students than what it is compared with/,
  );
  assert.equal(verdict(each, better).verdict, "not supported");
});

Deno.test("every ablation's claim is about arms that it has", () => {
  const base = {
    length: { iterations: 20, rollouts: 6 },
    parameters: 1000,
  } as Parameters<Ablation["arms"]>[0];
  for (const { name, rule, arms } of ABLATIONS) {
    const compared = arms(base).slice(1).map((each) => each.name);
    for (const arm of rule?.arms ?? []) {
      assert.ok(compared.includes(arm), `${name}: ${arm}`);
    }
  }
});

Deno.test("the night profile has seeds enough for its page to be decided either way", () => {
  const { declared } = selectCells(
    parseCommand(command, ["--profile", "night"]),
    experiment.arms,
  );
  const ablations = declared.map(({ config }) => {
    const { ablation } = ablationOptionsOf(config);
    const found = ABLATIONS.find(({ name }) => name === ablation)!;
    const { length, seeds } = scaleOf(config, found);
    return { seeds, arms: found.arms({ length, parameters: 1000 }).length };
  });
  assert.equal(declared.length, 2 * ABLATIONS.length);
  const tests = ablations.reduce((sum, { arms }) => sum + arms - 1, 0);
  assert.equal(tests, 54);
  assert.equal(
    Math.min(...ablations.map(({ seeds }) => seeds)),
    pairsNeeded(tests),
  );
});

function pageOf(content: AblationContent): {
  readonly text: string;
  readonly svg: string;
} {
  const files = ablationPage(sampleCell(content), PAGES);
  const [svg, text] = [`${CELL}.svg`, `${CELL}.md`].map((name) =>
    files.get(`ablation/laptop/${name}`)!
  );
  assert.equal(files.size, 2);
  return { text: text!, svg: svg! };
}

Deno.test("ablationPage() opens with claim and verdict, and says how it was done", () => {
  const { text, svg } = pageOf(sampleContent());
  assert.match(
    text,
    /^# Ablations: features on ResNet-18 on MNIST \(profile `laptop`\)\n\n\*\*Claim\.\*\* Features matter/,
  );
  assert.match(text, /\n\*\*Verdict: supported\.\*\* /);
  assert.match(text, /What is varied: what the policy reads\./);
  assert.match(text, /All 511 students .* \(1 action sequences have none/);
  assert.match(text, /8 search seeds from 1/);
  assert.match(text, /The 24 searches took 1 min 05 s\./);
  assert.doesNotMatch(text, /undefined|NaN|\[object/);
  assertWellFormed(svg);
  assertInside(svg);
  for (const name of ["*without*", "less whole", "other"]) {
    assert.ok(texts(svg).includes(name), name);
  }
});

Deno.test("ablationPage() takes one seed, searches without a table, and limits", () => {
  const limited = [arm("a", [0.5]), arm("b", [undefined], "a")].map((each) => ({
    ...each,
    searches: each.searches.map((one) => ({ ...one, violating: 0.25 })),
  }));
  const { text } = pageOf(sampleContent(limited, "search"));
  assert.match(text, /Every search trained the students/);
  assert.match(text, /break the limit: a 25\.0 %, b 25\.0 %\./);
  assert.doesNotMatch(text, /undefined|NaN|\[object/);
});

/** What a page over some cells says, where another one is lacking. */
function summaryOf(
  { cells, lacking, arms = 3 }: {
    readonly cells: readonly AblationContent[];
    readonly lacking: string;
    /** Of the ablation "space". */
    readonly arms?: number;
  },
): string {
  const space: Ablation = {
    ...PAGES.ablations[0]!,
    name: "space",
    arms: () =>
      Array.from({ length: arms }, (_, i) => ({ name: `${i}`, options: {} })),
  };
  return ablationSummary({
    question: "ablation",
    profile: "laptop",
    cells: cells.map((content) => sampleCell(content)),
    lacking: [{ name: lacking, reason: "not run yet" }],
  }, { ...PAGES, ablations: [...PAGES.ablations, space] });
}

Deno.test("ablationSummary() has a row an arm, and a verdict over all", () => {
  const contents = [sampleContent(), sampleContent([ARMS[0]!, ARMS[2]!])];
  const summary = (count: number) =>
    summaryOf({
      cells: contents.slice(0, count),
      lacking: "mnist-resnet18-w0.125-space-s1",
    });
  assert.match(summary(1), /\*\*Verdict: supported\.\*\* On every subject it/);
  // What is lacking may be the one for which it holds.
  assert.match(
    summary(2),
    /\*\*Verdict: not decidable at this scale\.\*\* It holds for none of features/,
  );
  assert.match(summary(1), /^\| ResNet-18 .* \| features +\| other +\|/m);
  assert.match(summary(1), /- mnist-resnet18-w0\.125-space-s1: not run yet/);
  assert.doesNotMatch(summary(2), /undefined|NaN/);
  assert.match(summary(0), /There is no result yet\./);
});

Deno.test("ablationSummary() supports nothing that what is lacking may overturn", () => {
  const cells = [sampleContent()];
  // p = 2 / 2^8 of two comparisons, and so many of the ablation that is lacking.
  const lacking = "mnist-resnet18-w0.125-space-s1";
  const [few, many] = [5, 6].map((arms) => summaryOf({ cells, lacking, arms }));
  assert.match(
    few!,
    /Verdict: supported\.\*\* .* over all 6 comparisons of this page, 4 lacking ones among them\)/,
  );
  assert.match(
    many!,
    /Verdict: not decidable at this scale\.\*\* .* over all 7 comparisons/,
  );
  for (
    const name of [
      "fashion-mnist-resnet18-w0.125-features-s1",
      "mnist-resnet18-w0.125-of-another-day-s1",
    ]
  ) {
    assert.match(
      summaryOf({ cells, lacking: name }),
      /Verdict: not decidable at this scale\.\*\* It holds for features where there is a record, which those that are lacking may overturn/,
    );
  }
});

Deno.test("ablationSummary() decides over the comparisons of all ablations together", () => {
  const verdictOf = (count: number, seeds: number) => {
    const cell = (name: string) => {
      // Worse by .01 with every seed: p = 2^(1 - seeds).
      const content = sampleContent([
        arm("a", Array(seeds).fill(0.75)),
        arm(
          "b",
          Array(seeds).fill(0.75).map((r, i) => r - 0.01 - i / 1e4),
          "a",
        ),
      ]);
      const { identity } = content;
      return sampleCell({
        ...content,
        identity: { ...identity, ablation: { ...identity.ablation, name } },
      }, name);
    };
    const text = ablationSummary({
      question: "ablation",
      profile: "laptop",
      cells: Array.from({ length: count }, (_, i) => cell(`part-${i}`)),
      lacking: [],
    }, PAGES);
    return /\*\*Verdict: ([^.]*)\.\*\* (.*)$/m.exec(text)!.slice(1);
  };
  // Six seeds are enough for one comparison, and not for each of two.
  assert.equal(verdictOf(1, 6)[0], "supported");
  const [two, why] = verdictOf(2, 6);
  assert.equal(two, "not decidable at this scale");
  assert.match(why!, /over all 2 comparisons/);
  assert.equal(verdictOf(2, 7)[0], "supported");
  assert.equal(verdictOf(20, 9)[0], "not decidable at this scale");
  assert.equal(verdictOf(20, 10)[0], "supported");
});

Deno.test("ablationPage() counts searches without a student, and a failed other look", () => {
  const failed = arm("b", [0.5, 0.5, -1], "a");
  const { text } = pageOf(sampleContent([
    arm("a", [0.5, undefined, 0.5]),
    {
      ...failed,
      searches: failed.searches.map((each, i) =>
        i < 2 ? each : {
          ...each,
          chosen: { ...each.chosen!, again: { accuracy: 0, reward: -1 } },
        }
      ),
    },
  ]));
  assert.match(text, /^\| a +\| +3 \(1 without a student\) \|/m);
  // Its accuracy of 0 is in no mean.
  assert.match(text, /^\| b +\| +3 \(1 without a student\) \|.* 87\.50 \|/m);
});

Deno.test("completeConfig() refuses a fault that would change nothing", () => {
  const refused: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ faults: ["sharedReward"], search: "random" }, /^--search random: expec/],
    [
      {
        faults: ["cumulativeBaseline"],
        removal: { baseline: "leaveOneOut" },
      },
      /^--removal\.baseline leaveOneOut: expected movingAverage beside --faults cumul/,
    ],
    [
      { faults: ["stepPerRollout"], shrinkage: { normaliseAdvantage: true } },
      /^--shrinkage\.normalise-advantage: expected off/,
    ],
    [
      { faults: ["misalignedActions"], space: "unit", network: "resnet18" },
      /expected --space leaf and a stage of layer removal$/,
    ],
    [
      { faults: ["untrainedLstm"], stages: "removal" },
      /expected a stage whose policy is autoregressive/,
    ],
    [
      { faults: ["misalignedActions"], space: "leaf" },
      /expected a network with layers on shortcuts, vgg13 has none$/,
    ],
    [
      { faults: ["sharedReward"], removal: { rollouts: 1 } },
      /^--removal\.rollouts 1: expected more beside --faults sharedReward$/,
    ],
    [{ faults: ["returningLimit"] }, /expected --limits\.mode soft$/],
    [
      { faults: ["returningLimit"], limits: { mode: "soft" } },
      /expected a limit, as --limits\.parameters$/,
    ],
    [
      {
        faults: ["returningLimit"],
        limits: { mode: "soft", parameters: 9, iterations: 100 },
        removal: { iterations: 50 },
        shrinkage: { iterations: 100 },
      },
      /^--limits\.iterations 100: expected fewer than a stage's 100/,
    ],
  ];
  for (const [options, message] of refused) {
    assert.throws(() => completeConfig(parseOptions(options)), {
      name: "UsageError",
      message,
    });
  }
  const { faults } = completeConfig(parseOptions({ faults: ["sharedReward"] }));
  assert.deepEqual(faults, ["sharedReward"]);
  assert.ok(!("faults" in completeConfig(parseOptions({}))));
});
