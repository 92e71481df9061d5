import assert from "node:assert/strict";
import { parsePaper } from "../../lib/report/_paper_file.ts";
import {
  formatPaperCell,
  loadPaper,
  type PaperCell,
  paperLegend,
  type PaperRow,
} from "../../lib/report/mod.ts";

const FILE = new URL("../../experiments/paper.yaml", import.meta.url);
const paper = await loadPaper(FILE);

const tables = {
  compression: paper.compression(),
  pruning: paper.pruning(),
  handDesigned: paper.handDesigned(),
};

/** Half a unit of the last printed digit. */
function halfUnit(cell: PaperCell): number {
  const [, decimals = ""] = /^[^.]*\.?(\d*)/.exec(cell.text) ?? [];
  const unit = { M: 1e6, K: 1e3 }[cell.text.at(-1) ?? ""] ?? 1;
  return unit * 10 ** -decimals.length / 2;
}

function teacherOf(row: PaperRow, rows: readonly PaperRow[]): PaperRow {
  const found = rows.filter((other) =>
    other.model === "teacher" && other.dataset === row.dataset &&
    other.network === row.network
  );
  assert.equal(found.length, 1);
  return found[0]!;
}

Deno.test("loadPaper() finds every row of the four tables when read", () => {
  assert.equal(tables.compression.length, 23);
  assert.equal(tables.pruning.length, 6);
  assert.equal(tables.handDesigned.length, 7);
  assert.equal(paper.transfer().length, 6);
});

Deno.test("loadPaper() keeps text, value and provenance apart when a cell is read", () => {
  const [row] = paper.compression({ dataset: "mnist", model: "stage1" });
  assert.deepEqual(row?.accuracy, {
    text: "99.55",
    value: 0.9955,
    provenance: "memory",
  });
  assert.equal(row?.parameters.value, 73_000);
  assert.deepEqual(row?.delta, {
    text: "+0.01",
    value: 0.0001,
    provenance: "third-party",
  });
  assert.equal(row?.compression?.value, 127.02);
  const [transfer] = paper.transfer({ source: "vgg11", policy: "scratch" });
  assert.equal(transfer?.reward.value, -0.07);
  assert.equal(transfer?.compression.value, 0.202);
});

Deno.test("compression() gives matching rows in order when filtered", () => {
  const rows = paper.compression({ dataset: "mnist", network: "vgg13" });
  assert.deepEqual(rows.map((row) => row.model), ["teacher", "stage1"]);
  assert.deepEqual(paper.compression({ dataset: "emnist" }), []);
});

Deno.test("loadPaper() marks as printed only what was read off the paper when checked", () => {
  const printed = tables.compression
    .filter((row) => row.accuracy.provenance === "printed")
    .map((row) => `${row.dataset} ${row.network} ${row.model}`);
  assert.deepEqual(printed, [
    "cifar10 resnet18 teacher",
    "cifar10 resnet18 stage2",
    "svhn resnet18 teacher",
    "svhn resnet18 stage2",
    "cifar100 resnet18 teacher",
    "cifar100 resnet18 stage1",
    "cifar100 resnet18 stage2",
    "cifar100 resnet34 teacher",
    "cifar100 resnet34 stage1",
    "imagenet32 resnet34 teacher",
    "imagenet32 resnet34 stage1",
  ]);
  const thirdParty = tables.compression.flatMap((row) =>
    [row.delta, row.compression].filter((cell) =>
      cell?.provenance === "third-party"
    ).map((cell) => cell?.text)
  );
  assert.deepEqual(thirdParty, [
    "+0.01",
    "127.02x",
    "-0.33",
    "20.53x",
    "+1.49",
    "+0.30",
    "10.28x",
    "-2.94",
    "3.12x",
  ]);
  const cells = (rows: readonly object[]) =>
    rows.flatMap((row) => Object.values(row)).filter((cell) =>
      typeof cell === "object"
    ) as PaperCell[];
  const all = (found: readonly object[], provenance: string) =>
    cells(found).every((cell) => cell.provenance === provenance);
  assert.ok(all(tables.handDesigned, "printed"));
  assert.ok(all(tables.pruning, "memory"));
  assert.ok(all(paper.transfer(), "memory"));
});

for (const [name, rows] of Object.entries(tables)) {
  for (const row of rows.filter((row) => row.model !== "teacher")) {
    const id = `${name} ${row.dataset} ${row.network} ${row.model}`;
    Deno.test(`loadPaper() notes what does not add up when ${id} is worked out`, () => {
      const teacher = teacherOf(row, rows);
      const delta = row.accuracy.value - teacher.accuracy.value;
      assert.equal(
        Math.abs(delta - (row.delta?.value ?? NaN)) > 1e-9,
        row.note?.startsWith("Delta:") ?? false,
      );
      const [a, b] = [teacher.parameters, row.parameters];
      const ratio = row.compression!;
      // A mismatch is one that this ratio's own rounding does not explain.
      const off = Math.abs(a.value / b.value - ratio.value);
      const explained = off <= halfUnit(ratio) * (1 + 1e-9);
      if (!explained && !(row.note ?? "").startsWith("Compression:")) {
        // Teacher or student may be rounded: the bounds must hold it.
        const low = (a.value - halfUnit(a)) / (b.value + halfUnit(b));
        const high = (a.value + halfUnit(a)) / (b.value - halfUnit(b));
        assert.ok(
          low <= ratio.value + halfUnit(ratio) &&
            high >= ratio.value - halfUnit(ratio),
          `${low} to ${high} against ${ratio.text}`,
        );
      }
    });
  }
}

Deno.test("parsePaper() lists all faults when rows are wrong", () => {
  const row = (rest: string) =>
    `  - {dataset: mnist, network: vgg13, model: teacher, accuracy: ["99.54", memory], parameters: ["9.4M", memory]${rest}}\n`;
  const file = (rows: string) =>
    `format: 1\nsource: x\ncompression:\n${rows}pruning: []\nhandDesigned: []\ntransfer: []\n`;
  parsePaper(file(row("")), "p.yaml");
  const faults: readonly (readonly [string, RegExp])[] = [
    [file(row("") + row("")), /"mnist vgg13 teacher" is there twice/],
    [file(row(', compression: ["1x", memory]')), /expected delta and compress/],
    [file(row(", acuracy: 1")), /acuracy/],
    [file(row("")).replace("memory", "rumour"), /"printed"\|"third-party"/],
    [file(row("")).replace('"99.54"', "99.54"), /expected string/],
    [file(row("")).replace("9.4M", "9.4G"), /parameters/],
    [file(row("")).replace("format: 1", "format: 2"), /expected 1/],
    [`${file(row(""))}source: y\n`, /line 8, column 1/],
    ["", /is not of the expected form/],
  ];
  for (const [text, message] of faults) {
    assert.throws(() => parsePaper(text, "p.yaml"), (error) => {
      assert.ok(error instanceof SyntaxError);
      assert.match(
        error.message,
        /^Cannot read the paper's numbers: "p\.yaml"/,
      );
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("formatPaperCell() marks memory and third party when the number is not printed", () => {
  const cell = (provenance: PaperCell["provenance"]) =>
    ({ text: "1.00M", value: 1e6, provenance }) as const;
  assert.equal(formatPaperCell(cell("printed")), "1.00M");
  assert.equal(formatPaperCell(cell("third-party")), "1.00M ‡");
  assert.equal(formatPaperCell(cell("memory")), "1.00M †");
  assert.equal(formatPaperCell(undefined), "–");
  assert.equal(
    paperLegend([cell("memory"), undefined, cell("third-party")]),
    "Paper's numbers: ‡ copied from the paper by others (third-party); † remembered, not checked against the paper (memory).",
  );
  assert.equal(paperLegend([undefined]), "");
});
