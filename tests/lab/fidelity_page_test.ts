import assert from "node:assert/strict";
import { z } from "zod";
import {
  type FidelityContent,
  fidelityContent,
  fidelityPage,
  fidelitySummary,
  type ProfileResults,
  readCell,
  type Report,
  writeCell,
} from "../../lib/lab/mod.ts";
import { inTemporaryFolder } from "../cli/_temporary.ts";
import { assertInside, assertWellFormed, texts } from "../report/_svg.ts";
import { PROXIES, sampleCell, sampleContent, student } from "./_fidelity.ts";

const TITLE = "Proxy fidelity";
const CELL = "cifar10-resnet18-w0.25-laptop-s1";
const CONTENT = sampleContent();

function pageOf(content: FidelityContent = CONTENT): {
  readonly text: string;
  readonly svg: string;
} {
  const files = fidelityPage(sampleCell(content), TITLE);
  assert.deepEqual([...files.keys()].sort(), [
    `proxy/laptop/${CELL}-fidelity.svg`,
    `proxy/laptop/${CELL}.md`,
  ]);
  return {
    text: files.get(`proxy/laptop/${CELL}.md`)!,
    svg: files.get(`proxy/laptop/${CELL}-fidelity.svg`)!,
  };
}

function summaryOf(
  contents: readonly FidelityContent[],
  lacking: ProfileResults<FidelityContent>["lacking"] = [],
): string {
  return fidelitySummary({
    question: "proxy",
    profile: "laptop",
    cells: contents.map((content, i) => sampleCell(content, `cell-${i}`)),
    lacking,
  }, TITLE);
}

/** Cells of the row that begins with a text. */
function rowOf(text: string, beginning: string): readonly string[] {
  const line = text.split("\n").find((each) =>
    each.startsWith(`| ${beginning}`)
  );
  assert.ok(line !== undefined, beginning);
  return line.split("|").slice(1, -1).map((cell) => cell.trim());
}

Deno.test("fidelityPage() says on which scale it is, and how it was done", () => {
  const { text } = pageOf();
  const [heading, , scale] = text.split("\n");
  assert.equal(
    heading,
    "# Proxy fidelity of ResNet-18 on CIFAR-10: laptop, seed 1 (profile `laptop`)",
  );
  assert.match(scale!, /^\*\*Laptop-scale numbers, not the paper's:\*\*/);
  assert.match(scale!, /24 students .* 30 epochs on 45,000 images/);
  assert.match(text, /8 by layer removal, 8 by layer shrinkage, 8 by both/);
  assert.match(text, /one half of the validation images \(2,500\)/);
  assert.doesNotMatch(text, /undefined|NaN|\[object/);
  assert.match(text, /\.\n$/);
});

Deno.test("fidelityPage() has a row a proxy, with its cost and seconds, and marks the chosen one", () => {
  const { text } = pageOf();
  assert.deepEqual(rowOf(text, "**").slice(0, 8), [
    "**statistics** (chosen)",
    "inherited",
    "–",
    "0",
    "2,000",
    "–",
    "4.5K",
    "0.50 s",
  ]);
  assert.deepEqual(rowOf(text, "all").slice(0, 8), [
    "all\\_images",
    "inherited",
    "45,000",
    "2",
    "2,000",
    "paper",
    "275K",
    "–",
  ]);
  assert.equal(text.match(/\(chosen\)/g)?.length, 1);
  assert.deepEqual(rowOf(text, "none of the above").slice(10), [
    "0.00",
    "0.00",
    "50.00",
    "50.00",
  ]);
  assert.equal(rowOf(text, "parameter count").length, 14);
  assert.match(text, /\*\*Chosen: statistics\*\*, the cheapest proxy/);
});

Deno.test("fidelityPage() lists students by their truth", () => {
  const { text } = pageOf();
  const truths = text.split("\n").filter((line) => /^\| \d+x+ /.test(line)).map(
    (line) => Number(line.split("|")[6]),
  );
  assert.equal(truths.length, 24);
  assert.deepEqual(truths, truths.toSorted((a, b) => b - a));
});

Deno.test("fidelityPage() draws every student in every proxy's panel", () => {
  const { svg } = pageOf();
  assertWellFormed(svg);
  assertInside(svg);
  for (const { name } of PROXIES) assert.ok(texts(svg).includes(name), name);
  // The legend's two besides.
  assert.equal(svg.match(/<circle /g)?.length, 2 + 24 * PROXIES.length);
});

Deno.test("fidelityPage() says it when no proxy agrees enough, or none at all", () => {
  const noisy = fidelityContent({ ...CONTENT, proxies: PROXIES.slice(0, 1) });
  assert.match(
    pageOf(noisy).text,
    /\*\*Chosen: fresh-3-epochs\*\*, .* none reaches 0\.6/,
  );
  const constant = fidelityContent({
    ...CONTENT,
    proxies: PROXIES.slice(0, 1),
    students: [0.6, 0.7, 0.8, 0.9].map((truth, i) =>
      student(`${i}`, truth, { "fresh-3-epochs": 0.1 })
    ),
  });
  const { text } = pageOf(constant);
  assert.match(text, /\*\*No proxy is chosen:\*\*/);
  assert.doesNotMatch(text, /\(chosen\)/);
  assert.deepEqual(rowOf(text, "fresh-3-epochs").slice(10, 12), ["–", "–"]);
  assert.match(text, /left out of the intervals: fresh-3-epochs 4,000, /);
});

Deno.test("fidelitySummary() has a row a subject, and every score beside its mean", () => {
  const wide = fidelityContent({
    ...sampleContent({ network: "vgg13", width: 1 }),
    proxies: PROXIES.slice(0, 1),
  });
  const text = summaryOf([CONTENT, wide], [{
    name: "mnist-vgg13-w0.25-laptop-s1",
    reason: "not run yet",
  }]);
  assert.match(text, /^# Proxy fidelity \(profile `laptop`\)\n\n- ResNet-18/);
  assert.equal(text.match(/\*\*Laptop-scale numbers/g)?.length, 2);
  assert.deepEqual(rowOf(text, "ResNet-18 on CIFAR-10").slice(1, 6), [
    "24",
    "statistics",
    "cheapest with 0.6 or more",
    "4.5K",
    "0.50 s",
  ]);
  assert.equal(rowOf(text, "VGG-13 on CIFAR-10")[3], "highest; none has 0.6");
  // The second subject has only the first proxy: no mean of what one lacks.
  assert.equal(rowOf(text, "one-epoch").at(-1), "–");
  assert.notEqual(rowOf(text, "fresh-3-epochs").at(-1), "–");
  assert.match(text, /- mnist-vgg13-w0\.25-laptop-s1: not run yet/);
  assert.match(text, /- \[cell-1\]\(laptop\/cell-1\.md\), record digest/);
  assert.doesNotMatch(text, /undefined|NaN/);
});

Deno.test("fidelitySummary() needs no mean for one subject, and takes none", () => {
  const one = summaryOf([CONTENT]);
  assert.match(one, /\n\n\*\*Laptop-scale numbers/);
  assert.equal(rowOf(one, "one-epoch").length, 2);
  assert.match(summaryOf([]), /There is no result yet\./);
});

Deno.test("writeCell() keeps the details of a result in the environment, not in the record", async () => {
  const report: Report<FidelityContent> = {
    schema: z.unknown(),
    question: "proxy",
    cell: (cell) => fidelityPage(cell, TITLE),
    profile: (results) => fidelitySummary(results, TITLE),
  };
  await inTemporaryFolder(async (results) => {
    const place = { results, question: "proxy", profile: "laptop" };
    const { details: _, cpu: _cpu, cores: _cores, ...environment } =
      sampleCell().environment;
    const write = (details?: Readonly<Record<string, number>>) =>
      writeCell(place, {
        cell: CELL,
        result: {
          content: CONTENT,
          workerSeconds: 1,
          ...(details === undefined ? {} : { details }),
        },
        environment,
        report,
      });
    const first = await write({ "one-epoch": 7.5 });
    const read = await readCell<FidelityContent>(place, {
      cell: CELL,
      schema: report.schema,
    });
    assert.deepEqual(read?.environment.details, { "one-epoch": 7.5 });
    assert.deepEqual(read?.record, first.record);
    const page = await Deno.readTextFile(
      `${results}/proxy/laptop/${CELL}.md`,
    );
    assert.equal(rowOf(page, "one-epoch")[7], "7.50 s");
    // Without them the record is the same, and the environment as it always was.
    const second = await write();
    assert.equal(second.compared, "equal");
    assert.equal("details" in second.environment, false);
  });
});
