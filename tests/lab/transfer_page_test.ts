import assert from "node:assert/strict";
import { transferPage, transferSummary } from "../../lib/lab/mod.ts";
import { assertInside, assertWellFormed, texts } from "../report/_svg.ts";
import { sampleCell, sampleContent, SEEDS } from "./_transfer.ts";

const TITLE = "RQ3: transfer of policies";

/** Rows of a page's tables whose first cells are these. */
function rowsOf(page: string, ...begin: readonly string[]) {
  return page.split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()).slice(1, -1))
    .filter((cells) => begin.every((each, i) => cells[i] === each));
}

Deno.test("transferPage() opens with the verdict and stands beside the paper's numbers", async () => {
  const files = await transferPage(sampleCell(), TITLE);
  const base = "rq3/laptop/mnist-resnet34-w0.25-from-resnet18-s1";
  assert.deepEqual([...files.keys()].toSorted(), [
    `${base}-reached.svg`,
    `${base}-transfer.svg`,
    `${base}.md`,
  ]);
  const page = files.get(`${base}.md`)!;
  assert.match(
    page,
    /^# RQ3: transfer of policies, ResNet-18 to ResNet-34 on MNIST \(profile `laptop`\)\n/,
  );
  const [claim, verdict, table] = [
    "**Claim.** Policies transfer (section 4.6)",
    "**Verdict: supported.**",
    "| policy ",
  ].map((text) => page.indexOf(text));
  assert(0 < claim! && claim! < verdict! && verdict! < table!, page);
  assert.match(page, /0\.81 † against 0\.50 †, .* on 3 pairs of networks/);
  const [pretrained, scratch, biased] = ["pre-trained", "scratch"]
    .concat("scratch, biased").map((name) => rowsOf(page, name, "8")[0]!);
  assert.deepEqual(pretrained!.slice(-3), ["0.81 †", "78.1% †", "79.5% †"]);
  assert.deepEqual(scratch!.slice(-3), ["0.50 †", "34.8% †", "82.4% †"]);
  assert.deepEqual(biased!.slice(-3), ["–", "–", "–"]);
  assert.deepEqual(biased!.slice(9, 11), ["0.008", "0.016"]);
  assert.match(page, /34\.50 ± 2\.45 % here/);
  assert.doesNotMatch(page, /NaN|undefined|Infinity/);
  for (const [path, svg] of files) {
    if (!path.endsWith(".svg")) continue;
    assertWellFormed(svg);
    assertInside(svg);
    for (const name of ["pre-trained", "scratch", "scratch, biased"]) {
      assert(texts(svg).includes(name), `${path}: ${name}`);
    }
  }
  assert.deepEqual(await transferPage(sampleCell(), TITLE), files);
});

Deno.test("transferPage() has no number of the paper's for another pair or data set, and says what is censored", async () => {
  const never = SEEDS.map((each) => ({ ...each, biased: each.source }));
  const content = sampleContent(never, { dataset: "fashion-mnist" });
  const page = [...await transferPage(sampleCell(content), TITLE)]
    .find(([path]) => path.endsWith(".md"))![1];
  assert.match(page, /, ResNet-18 on Fashion-MNIST to ResNet-34 on MNIST/);
  assert.doesNotMatch(page, /paper: reward/);
  assert.match(page, /, and fashion-mnist, abab/);
  const slow = SEEDS.map((each) => ({
    ...each,
    biased: {
      ...each.biased,
      iterations: each.biased.iterations.map((one) => ({
        ...one,
        rewards: one.rewards.map(() => 0.1),
      })),
    },
  }));
  const censored = [
    ...await transferPage(sampleCell(sampleContent(slow)), TITLE),
  ].find(([path]) => path.endsWith(".md"))![1];
  const [row] = rowsOf(censored, "scratch, biased", "0.724");
  assert.deepEqual(row!.slice(2, 4), ["0 of 8", "\\> 40"]);
  assert.match(row![4]!, /^40 ± 0 /);
});

Deno.test("transferSummary() decides by the paper's source of each target, and compares it with the others", async () => {
  const better = sampleContent();
  const other = sampleContent(
    SEEDS.map((each) => ({ ...each, pretrained: each.biased })),
    { source: "vgg11" },
  );
  const results = {
    question: "rq3",
    profile: "laptop",
    cells: [sampleCell(better), sampleCell(other)],
    lacking: [{
      name: "mnist-resnet34-w0.25-from-vgg19-s1",
      reason: "not run yet",
    }],
  };
  const summary = await transferSummary(results, TITLE);
  assert.match(summary, /^# RQ3: transfer of policies \(profile `laptop`\)\n/);
  assert.match(summary, /\*\*Verdict: supported\.\*\* Of 1 pair of networks/);
  const target = "ResNet-34 on MNIST, width 0.25";
  const [row] = rowsOf(summary, target, "ResNet-18", "VGG-11");
  assert.deepEqual(row!.slice(3, 4), ["8"]);
  // One comparison: Holm changes nothing.
  assert.deepEqual(row!.slice(-2), ["0.008", "0.008"]);
  assert.match(
    summary,
    /Not in the table:\n\n- mnist-resnet34-w0\.25-from-vgg19-s1: not run yet/,
  );
  assert.match(summary, /\(laptop\/mnist-resnet34-w0\.25-from-vgg11-s1\.md\)/);
  assert.doesNotMatch(summary, /NaN|undefined|Infinity/);

  // The other source fails, and decides only where the paper's was not asked for.
  const turned = await transferSummary({
    ...results,
    cells: results.cells.toReversed(),
  }, TITLE);
  assert.match(turned, /\*\*Verdict: supported\.\*\* Of 1 pair/);
  const own = { ...results, cells: results.cells.slice(1) };
  assert.match(
    await transferSummary(own, TITLE),
    /\*\*Verdict: not supported\.\*\* Of 1 pair/,
  );
  const name = "mnist-resnet34-w0.25-from-resnet18-s1";
  const lacking = [{ name, reason: "failed" }];
  assert.match(
    await transferSummary({ ...own, lacking }, TITLE),
    /\*\*Verdict: not decidable at this scale\.\*\* The source that decides is lacking \(mnist-resnet34-w0\.25-from-resnet18-s1\)\. Of the 2 cells/,
  );

  // A target without any record may fail yet.
  const whole = [{
    name: "mnist-vgg19-w0.25-from-vgg11-s1",
    reason: "not run yet",
  }];
  assert.match(
    await transferSummary({ ...results, lacking: whole }, TITLE),
    /\*\*Verdict: not decidable .* Of 1 pair .*, 1 had .*; 1 could not be decided\./,
  );

  const alone = await transferSummary({
    ...results,
    cells: results.cells.slice(0, 1),
    lacking: [],
  }, TITLE);
  assert.doesNotMatch(alone, /Does it matter/);
  const few = await transferSummary({
    ...results,
    cells: [sampleCell(sampleContent(SEEDS.slice(0, 3)))],
  }, TITLE);
  assert.match(
    few,
    /\*\*Verdict: not decidable at this scale\.\*\* There are 3/,
  );
});

Deno.test("transferSummary() pairs only cells of one engine and teacher, and names the others", async () => {
  const first = sampleContent();
  const other = sampleContent(
    SEEDS.map((each) => ({ ...each, pretrained: each.biased })),
    { source: "vgg11" },
  );
  const { identity, target } = other;
  const { engine } = identity;
  const taken = { weights: "ef".repeat(32), engine };
  const unlike: readonly (typeof other)[] = [
    {
      ...other,
      identity: { ...identity, engine: { ...engine, instructionSet: "avx2" } },
    },
    { ...other, identity: { ...identity, teacher: taken } },
    { ...other, target: { ...target, accuracy: 0.955 } },
  ];
  const summaryOf = (...contents: readonly (typeof other)[]) =>
    transferSummary({
      question: "rq3",
      profile: "laptop",
      cells: contents.map((content) => sampleCell(content)),
      lacking: [],
    }, TITLE);
  const left =
    /Not compared with the source that decides: VGG-11 to ResNet-34 on MNIST, whose students\nwere trained by another engine/;
  const title = "ResNet-34 on MNIST, width 0.25";
  for (const content of unlike) {
    const alone = await summaryOf(first, content);
    assert.match(alone, left);
    assert.doesNotMatch(alone, /Does it matter/);
    // The others are compared all the same.
    const vgg19 = {
      ...other,
      source: { ...other.source, network: "vgg19" },
    };
    const both = await summaryOf(first, content, vgg19);
    assert.match(both, left);
    assert.equal(rowsOf(both, title, "ResNet-18", "VGG-19").length, 1);
    assert.equal(rowsOf(both, title, "ResNet-18", "VGG-11").length, 0);
  }
  assert.doesNotMatch(await summaryOf(first, other), /Not compared/);
});

Deno.test("transferSummary() calls no source the deciding one while the paper's is lacking", async () => {
  const cells = ["vgg11", "vgg19"].map((source) =>
    sampleCell(sampleContent(SEEDS, { source }))
  );
  const summaryOf = (
    lacking: readonly { readonly name: string; readonly reason: string }[],
  ) =>
    transferSummary(
      { question: "rq3", profile: "laptop", cells, lacking },
      TITLE,
    );
  const name = "mnist-resnet34-w0.25-from-resnet18-s1";
  const summary = await summaryOf([{ name, reason: "not run yet" }]);
  assert.doesNotMatch(summary, /Does it matter|deciding source/);
  // Where it was not asked for the first decides.
  assert.match(await summaryOf([]), /deciding source/);
});

Deno.test("transferSummary() supports nothing while a target is not decided", async () => {
  const few = sampleContent(SEEDS.slice(0, 3));
  const { identity } = few;
  const other = {
    ...few,
    identity: { ...identity, config: { ...identity.config, width: 0.5 } },
  };
  const summary = await transferSummary({
    question: "rq3",
    profile: "laptop",
    cells: [sampleCell(), sampleCell(other, "other")],
    lacking: [],
  }, TITLE);
  assert.match(
    summary,
    /\*\*Verdict: not decidable .* Of 1 pair .*, 1 had .*; 1 could not be decided\./,
  );
});

Deno.test("transferSummary() says so where there is no result", async () => {
  const summary = await transferSummary({
    question: "rq3",
    profile: "laptop",
    cells: [],
    lacking: [{ name: "mnist-x", reason: "not run yet" }],
  }, TITLE);
  assert.match(summary, /There is no result yet\.\n\nNot in the table:/);
});
