import assert from "node:assert/strict";
import { renderBench } from "../../bench/report/mod.ts";
import { stepSection } from "../../bench/sections/step_section.ts";
import { BENCH } from "./_bench.ts";

const BEFORE = BENCH.step!;
const MACHINE = { ...BEFORE.machine, commit: "fedcba9876543210", dirty: false };

/** A later run, of one network and one engine. */
function later(before: typeof BENCH) {
  const [own] = BEFORE.contenders;
  const cnn = BEFORE.networks.find(({ name }) => name === "cnn")!;
  return stepSection({
    machine: MACHINE,
    rounds: 2,
    repeats: 1,
    watch: undefined,
    contenders: [{ ...own!, version: "oneDNN 3" } as never],
    skipped: [],
    before,
  }, {
    measured: [{
      entry: {
        ...cnn,
        milliseconds: { onednn: [2, 2] },
        predictionMs: {},
        startMs: {},
        skipped: [],
      },
      outcome: { dropped: 3, disturbed: 2 },
    }],
    reason: "no library",
  });
}

Deno.test("stepSection() keeps what an earlier run measured on other networks", () => {
  const section = later(BENCH);
  assert.deepEqual(
    section.networks.map(({ name }) => name),
    BEFORE.networks.map(({ name }) => name),
  );
  for (const { name, milliseconds, earlier } of section.networks) {
    if (name === "cnn") {
      assert.deepEqual(milliseconds, { onednn: [2, 2] });
      assert.equal(earlier, undefined);
      continue;
    }
    const before = BEFORE.networks.find((each) => each.name === name)!;
    assert.deepEqual(milliseconds, before.milliseconds);
    assert.deepEqual(earlier!.machine, BEFORE.machine);
    assert.equal(earlier!.dropped, BEFORE.dropped);
    assert.equal(earlier!.versions.onednn, "oneDNN 2");
  }
  assert.deepEqual([section.dropped, section.disturbed], [3, 2]);
  // Whoever took turns in a run that is kept has its row.
  assert.deepEqual(
    section.contenders.map(({ id }) => id),
    ["onednn", "onednn-bf16", "onnx-cpu"].concat(
      BEFORE.contenders.filter(({ kind }) => kind === "pytorch")
        .map(({ id }) => id),
    ),
  );
  assert.equal(section.contenders[0]!.version, "oneDNN 3");
});

Deno.test("stepSection() remembers the run of a network through later ones", () => {
  const again = later({ ...BENCH, step: later(BENCH) });
  assert.deepEqual(
    again.networks.find(({ name }) => name === "stage1")!.earlier!.machine,
    BEFORE.machine,
  );
});

Deno.test("stepSection() alone has what it measured", () => {
  const section = later({ format: 1 });
  assert.deepEqual(section.networks.map(({ name }) => name), ["cnn"]);
  assert.deepEqual(section.contenders.map(({ id }) => id), ["onednn"]);
});

Deno.test("renderBench() names the run of networks that the last one left out", () => {
  const text = renderBench({ format: 1, step: later(BENCH) }, "a.json");
  const [, line] = /^(Of an earlier run: .*)$/m.exec(text) ?? [];
  assert.match(line!, /ResNet-18, width 64; .*stage-2 student\. 3 rounds/);
  assert.doesNotMatch(line!, /CNN/);
  assert.match(line!, /code 0123456789ab with changes.* oneDNN 2; ort 1/);
  assert.match(text, /Machine: .* code fedcba987654\./);
});
