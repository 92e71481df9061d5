import assert from "node:assert/strict";
import {
  type Bench,
  BenchFileError,
  benchText,
  conclusions,
  EMPTY,
  fillMachines,
  readBench,
  renderBench,
} from "../../bench/report/mod.ts";
import { renderIndex } from "../../bench/report/index_page.ts";
import { BENCH } from "./_bench.ts";

/** A row of a table with its blanks squeezed. */
function rows(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.startsWith("|")).map((line) =>
    line.replaceAll(/ +/g, " ")
  );
}

function assertRow(text: string, row: string): void {
  assert.ok(
    rows(text).includes(row),
    `no row ${row} in\n${rows(text).join("\n")}`,
  );
}

Deno.test("readBench() reads what benchText() wrote", () => {
  assert.deepEqual(readBench(benchText(BENCH), "bench.json"), BENCH);
  assert.deepEqual(readBench(benchText(EMPTY), "bench.json"), EMPTY);
});

Deno.test("benchText() keeps five digits and lists of numbers on one line", () => {
  const rates = [{ busy: 1234.5678, iterations: 1 / 3 }];
  const search = {
    ...BENCH.search!,
    engines: [{
      name: "onednn",
      version: "v",
      oneWorker: rates,
      twoWorkers: rates,
    }],
  };
  const text = benchText({ ...BENCH, search });
  assert.match(text, /"busy": 1234.6,\n/);
  assert.match(text, /"iterations": 0.33333\n/);
  assert.match(text, /"peakGflops": \[10000, 1000, 10000\],\n/);
});

Deno.test("readBench() refuses with code 5 when the file is damaged", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["{", /"a.json" is not JSON/],
    ['{"format": 2}', /"a.json" is not of the expected form.*format/s],
    ['{"format": 1, "steps": {}}', /steps/],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => readBench(text, "a.json"), (error) => {
      assert.ok(error instanceof BenchFileError);
      assert.equal(error.exitCode, 5);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("renderBench() shows rates, ratios and shares of the peak", () => {
  const text = renderBench(BENCH, "a.json");
  const all = (cell: string, cnn = cell) =>
    [cell, cell, cnn, cell, cell, cell].join(" | ");
  assertRow(
    text,
    `| onednn | ${all("16,000 (1,600-16,000)", "8,000 (800-8,000)")} |`,
  );
  assertRow(
    text,
    "| CNN | 2.15.0 eager channels-last, tuned | 2.15.0 eager channels-last bfloat16, tuned | 1.50x | 2.50x | 1.50x | 10.00x | 0.75x | 1.25x |",
  );
  assertRow(
    text,
    "| CNN | 1,000 | 10,000 (1,000-10,000) | 8,000 | 0.80x | 32,000 | 3.20x | 4,000 | 0.40x | 21,333 | 2.13x |",
  );
  // 400 - 380 - 10 ms and 3000 crossings of 100 ns are 10.3 of 400 ms.
  assertRow(text, "| CNN | 4.00 | 30 | 95.0 % | 2.5 % | 2.6 % |");
  assert.match(text, /4 dropped; 1 count although/);
  assert.match(text, /Model \\\*1\\\*, 4 cores, 8.0 GiB/);
  assert.match(text, /code 0123456789ab with changes/);
  assert.match(text, /- tfjs on CNN: a step takes 23 s/);
});

Deno.test("renderBench() shows students an hour, memory and the Winograd grid", () => {
  const text = renderBench(BENCH, "a.json");
  assertRow(
    text,
    "| onednn (oneDNN 2) | workers busy | 1,500 (1,000-2,000) | 2,950 (1,900-4,000) | 1.95x |",
  );
  assertRow(
    text,
    "| removal: `28x28x1 c16-fc10` | 1,234 | 5.0K | 2.00 | 5.0 % | 75.0 % | 15.0 % | 1.0 % |",
  );
  // Three quarters of a student's training are steps, of 80 % of the time.
  assertRow(text, "| of trainings: steps | | 60.0 % |");
  assertRow(
    text,
    "| idle: others of the iteration still train | 16.0 | 8.0 % |",
  );
  assert.match(text, /scores of 3 students: 0\.500\. .*-0\.50 points apart/);
  assertRow(text, "| `b` | 10 | 50.00 | 60.00 |");
  assertRow(text, "| onednn | 200 MiB |");
  assertRow(text, "| PyTorch 2.15.0 as it comes | 1.50 GiB |");
  assertRow(text, "| onednn | 1.00 GiB |");
  assertRow(text, "| 16 | 0.50 | 1.00 |");
  assertRow(text, "| 32 | **1.50** | – |");
  assert.match(text, /Nowhere does the rule take a way that is slower/);
});

Deno.test("renderBench() shows predictions and starts", () => {
  const text = renderBench(BENCH, "a.json");
  const five = (cell: string, cnn = cell) =>
    [cell, cell, cnn, cell, cell, cell].join(" | ");
  assertRow(text, `| onednn | ${five("80,000 (8,000-80,000)")} |`);
  assertRow(text, `| onednn | ${five("5.0", "10.0")} |`);
  assertRow(
    text,
    `| PyTorch 2.15.0 as it comes | ${five("90.0 (90.0-900)")} |`,
  );
});

Deno.test("conclusions() asks no bfloat16 of a processor without it", () => {
  const machine = {
    ...BENCH.step!.machine,
    processor: { model: "m", family: "AMD 25 1", vectors: "avx2" },
  };
  const [first, second, ...rest] = conclusions({
    ...BENCH,
    step: { ...BENCH.step!, machine },
  });
  assert.match(
    first!.target,
    /^at least 1.25x as geometric mean over \d networks$/,
  );
  assert.match(second!.finding, /^onnx-cpu/);
  assert.equal(rest.length, 9);
});

Deno.test("conclusions() judges no memory of a narrower teacher", () => {
  const memory = { ...BENCH.memory!, command: "deno task rq1" };
  const found = conclusions({ ...BENCH, memory }).find(({ finding }) =>
    finding.startsWith("A laptop search")
  );
  assert.equal(found!.verdict, "open");
});

Deno.test("renderIndex() has a row a processor, worst and best before them", () => {
  const narrow: Bench = {
    ...BENCH,
    step: {
      ...BENCH.step!,
      machine: {
        ...BENCH.step!.machine,
        processor: { model: "Other", family: "AMD 25 1", vectors: "avx2" },
      },
      networks: BENCH.step!.networks.map((network) => ({
        ...network,
        milliseconds: {
          "onednn": [6, 6, 6],
          "torch-2.15.0/default": [12, 12, 12],
        },
      })),
    },
  };
  const text = renderIndex(
    new Map([["bench/a.json", BENCH], ["bench/b.json", narrow]]),
  );
  assertRow(
    text,
    "| [Model \\*1\\* (AMD 26 2), AVX-512 with bfloat16](bench/a.md) | 2.67x (1.50x) | 1.50x (1.50x) | 1.25x (1.25x) |",
  );
  assertRow(
    text,
    "| [Other (AMD 25 1), AVX2](bench/b.md) | 2.00x (2.00x) | – | – |",
  );
  assert.match(
    text,
    /best f32 PyTorch: at worst 1.50x \(CNN, Model .*, at best 3.00x/,
  );
});

Deno.test("renderBench() names the shapes when the rule takes the slower way", () => {
  const [first, ...others] = BENCH.winograd!.shapes;
  const winograd = {
    ...BENCH.winograd!,
    shapes: [{ ...first!, rule: true }, ...others],
  };
  assert.match(
    renderBench({ ...BENCH, winograd }, "a.json"),
    /slower by more than 5 % for 16 channels on 8x8\./,
  );
});

function verdicts(bench: Bench): readonly string[] {
  return conclusions(bench).map(({ verdict }) => verdict);
}

Deno.test("conclusions() judges each target when all was measured", () => {
  const found = conclusions(BENCH);
  // Five networks at 3x and one at 1.5x: 3 / 2 ** (1 / 6).
  assert.match(
    found[0]!.finding,
    /^onednn trains 2.67x .*1.50x at least \(CNN\)/,
  );
  assert.match(
    found[1]!.finding,
    /^onednn in bfloat16 trains 1.50x .* of any precision/,
  );
  assert.match(
    found[2]!.finding,
    /^onnx-cpu trains 1.25x as fast as PyTorch as it/,
  );
  assert.match(found[3]!.finding, /^onnx-cpu trains 0.75x as fast as the best/);
  assert.match(found[4]!.finding, /nominal 16,000 GFLOP\/s, 1.60x the SGEMM/);
  assert.match(found[5]!.finding, /^Two workers train 1.95x .*\(1.56x with/);
  assert.match(found[6]!.finding, /at most 2.6 % of a step/);
  assert.match(found[7]!.finding, /predicts at least 5.00x as many images/);
  assert.match(
    found[8]!.finding,
    /width 32 needs at most 1.00 GiB with onednn/,
  );
  assert.match(found[9]!.finding, /adds 9.0 ms to a training/);
  assert.match(found[10]!.finding, /train 0.96x as many/);
  assert.match(found[11]!.finding, /after 40 s at most/);
  assert.deepEqual(verdicts(BENCH), Array(12).fill("met"));
});

Deno.test("conclusions() leaves a target open when networks or sections are missing", () => {
  const step = { ...BENCH.step!, networks: BENCH.step!.networks.slice(1) };
  assert.deepEqual(verdicts({ format: 1, step }), Array(12).fill("open"));
  assert.deepEqual(verdicts(EMPTY), Array(12).fill("open"));
});

Deno.test("conclusions() calls a target missed when a number is past it", () => {
  const slow = BENCH.step!.networks.map((network) => ({
    ...network,
    milliseconds: {
      ...network.milliseconds,
      "onednn": [11, 110, 11],
      "onednn-bf16": [2.9, 29, 2.9],
      "onnx-cpu": [21, 210, 21],
    },
    predictionMs: { onednn: [60, 600, 60] },
    overhead: { ...network.overhead!, nativeMs: 370 },
  }));
  const bench: Bench = {
    ...BENCH,
    step: { ...BENCH.step!, networks: slow },
    search: {
      ...BENCH.search!,
      engines: BENCH.search!.engines.map((engine) => ({
        ...engine,
        twoWorkers: engine.oneWorker,
      })),
    },
    memory: {
      ...BENCH.memory!,
      searches: [{ engine: "onednn", bytes: 1.1 * 2 ** 30 }],
    },
    queue: {
      ...BENCH.queue!,
      added: {
        ...BENCH.queue!.added,
        queue: [{ p10: 1, p50: 10.1, p99: 11 }],
      },
      throughput: {
        pool: [{ busy: 100, iterations: 100 }],
        queue: [{ busy: 94, iterations: 100 }],
      },
      restarts: [10, 46],
    },
  };
  assert.deepEqual(verdicts(bench), Array(12).fill("missed"));
});

Deno.test("conclusions() does not judge times of a queue that others disturbed", () => {
  const queue = { ...BENCH.queue!, disturbed: 5 };
  const found = verdicts({ ...BENCH, queue }).slice(-3);
  assert.deepEqual(found, ["disturbed", "disturbed", "met"]);
  const few = { ...queue, disturbed: 4 };
  assert.deepEqual(verdicts({ ...BENCH, queue: few }).slice(7)[0], "met");
});

Deno.test("renderBench() computes what workers do to a queue's server", () => {
  const page = renderBench(BENCH, "a.json");
  for (
    const row of [
      "| students/h, workers busy | 750 (500-1,000) | 720 (480-960) | 0.96x |",
      "| students/h, whole iterations | 675 (450-900) | 608 (405-810) | 0.90x |",
      "| ms added to a training, half have less | 2.0 | 9.0 | – |",
      "| a job | 1.00 ms | 3.0 kB | 1.5 kB | 0.50 kB for a day |",
      "| a worker that has a job, each second | 0.50 ms | 0.20 kB | 0.10 kB | 50 kB |",
      "| a worker that waits, each second | 0.10 ms | 0.10 kB | 0.05 kB | 50 kB |",
      // 1,000 x 0.5 ms + 500 x 1 ms; 1,000 x 300 B + 500 x 4.5 kB; 500 x 86,400 x 500 B.
      "| 1000 | 2 s | 500 | 100.0 % | 2.55 MB/s | 21.60 GB | 3000 |",
      // 10 x 0.5 ms + 0.25 x 1 ms; 10 x 300 B + 0.25 x 4.5 kB.
      "| 10 | 40 s | 0.25 | 0.5 % | 0.00 MB/s | 0.01 GB | 30 |",
    ]
  ) assertRow(page, row);
  assert.match(page, /takes 1.03x what.*a few steps 5.0 ms more/);
  const { added } = BENCH.queue!;
  const pool = added.pool.map(({ p10, p50, p99 }) => ({ p10, p50, p99 }));
  const queue = { ...BENCH.queue!, added: { ...added, pool } };
  assert.doesNotMatch(
    renderBench({ ...BENCH, queue }, "a.json"),
    /Processor time of this/,
  );
});

Deno.test("fillMachines() puts the load where the page wants it", () => {
  const page = "a\n<!-- load -->\nold\n<!-- /load -->\nb\n";
  assert.match(
    fillMachines(page, [EMPTY, BENCH]),
    /^a\n<!-- load -->\n\n\| threads [^]*\n<!-- \/load -->\nb\n$/,
  );
  assert.equal(fillMachines(page, [EMPTY]), page);
  assert.throws(() => fillMachines("a", [BENCH]), /no "<!-- load -->"/);
});
