import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson, sha256Hex } from "../../lib/random/mod.ts";
import {
  createRecord,
  environmentPath,
  environmentText,
  readEnvironment,
  readRecord,
  RecordError,
  recordPath,
  recordSlug,
  recordText,
} from "../../lib/report/mod.ts";

const NAME = { question: "rq1", profile: "smoke" };
const FILE = "rq1/smoke.json";
const RECORD = createRecord(NAME, {
  seeds: [1, 2],
  accuracy: 0.1 + 0.2,
  note: "é 𝛼 \u2028",
});

Deno.test("createRecord() digests the canonical JSON of its deterministic part when made", () => {
  assert.equal(RECORD.digest, sha256Hex(canonicalJson(RECORD.deterministic)));
  // Printed by: printf '{"a":[1,0],"b":"x"}' | sha256sum
  assert.equal(
    createRecord(NAME, { b: "x", a: [1, -0], c: undefined }).digest,
    "ae8c66d1848e80f590b362ca2808e6a399908b091d6420458470e0a5ffa7b53d",
  );
  const { deterministic, digest } = createRecord(NAME, {});
  assert.deepEqual(deterministic, {});
  assert.notEqual(digest, RECORD.digest);
  assert.throws(() => createRecord(NAME, { loss: NaN }), RangeError);
});

Deno.test("recordText() is the same for equal content and reads back equal when parsed", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const record = createRecord(NAME, value);
    const text = recordText(record);
    assert.deepEqual(readRecord(text, FILE), record);
    assert.equal(recordText(readRecord(text, FILE)), text);
    assert.ok(text.endsWith("}\n"));
  }));
  assert.equal(
    recordText(createRecord(NAME, { b: 1, a: 2 })),
    recordText(createRecord(NAME, { a: 2, b: 1 })),
  );
});

Deno.test("recordPath() and environmentPath() are below the question when named", () => {
  assert.equal(recordPath(NAME), "rq1/smoke.json");
  assert.equal(environmentPath(NAME), "rq1/smoke.environment.json");
  const cell = { ...NAME, cell: "mnist-vgg13-w0.25" };
  assert.equal(recordPath(cell), "rq1/smoke/mnist-vgg13-w0.25.json");
  assert.equal(
    environmentPath(cell),
    "rq1/smoke/mnist-vgg13-w0.25.environment.json",
  );
});

/** Texts that must never be a part of a path. */
const UNSAFE = [
  "",
  ".",
  "..",
  "../../../x",
  "a/b",
  "a\\b",
  "/etc",
  "C:",
  "a..b",
  ".hidden",
  "-flag",
  "A",
  "é",
  "a b",
  "a\n",
  "a\u0000",
  "x".repeat(101),
  "x.environment",
];

Deno.test("createRecord(), recordPath() and environmentPath() throw when a part of the name is not safe", () => {
  for (const value of UNSAFE) {
    for (const part of ["question", "profile", "cell"]) {
      const name = { ...NAME, [part]: value };
      const expected = (error: unknown) => {
        assert.ok(error instanceof RangeError);
        assert.ok(
          error.message.startsWith(
            `Cannot name a record: its ${part} is ${
              JSON.stringify(value)
            }, expected `,
          ),
          error.message,
        );
        return true;
      };
      assert.throws(() => createRecord(name, {}), expected);
      assert.throws(() => recordPath(name), expected);
      assert.throws(() => environmentPath(name), expected);
    }
  }
  assert.equal(createRecord({ ...NAME, cell: "x".repeat(100) }, {}).format, 1);
});

Deno.test("recordPath() takes the name of every committed teacher", async () => {
  const folder = new URL("../../results/teachers/", import.meta.url);
  let records = 0;
  for await (const { name: file } of Deno.readDir(folder)) {
    if (!file.endsWith(".json") || file.endsWith(".environment.json")) continue;
    // One that was set aside keeps the name that it had.
    if (/\.[0-9a-f]{8}\.json$/.test(file)) continue;
    records++;
    const text = await Deno.readTextFile(new URL(file, folder));
    const record = readRecord(text, `teachers/${file}`);
    assert.equal(recordPath(record), `teachers/${file}`);
  }
  assert.ok(records > 0);
});

Deno.test("recordSlug() gives names that are safe, its own when they were, and apart otherwise", () => {
  const isSafe = (name: string) =>
    recordPath({ ...NAME, cell: name }) === `rq1/smoke/${name}.json`;
  for (const name of ["mnist-vgg13-w0.25", "a", "0+1_2", "x".repeat(100)]) {
    assert.equal(recordSlug(name), name);
  }
  // The digits are those of: printf 'folder-My Birds' | sha256sum
  assert.equal(recordSlug("folder-My Birds"), "folder-my-birds-248d3c90");
  assert.match(recordSlug("Vögel"), /^vogel-[0-9a-f]{8}$/);
  assert.match(recordSlug("鳥"), /^[0-9a-f]{8}$/);
  // A folder's name may come composed or not.
  assert.equal(recordSlug("V\u00f6gel"), recordSlug("Vo\u0308gel"));
  const alike = ["a b", "a/b", "A b", "a  b", "a-b", "a b.environment"];
  assert.equal(new Set(alike.map(recordSlug)).size, alike.length);
  for (const text of UNSAFE) assert.ok(isSafe(recordSlug(text)), text);
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      const slug = recordSlug(text);
      return isSafe(slug) && recordSlug(slug) === slug;
    }),
  );
});

Deno.test("readRecord() gives a cell's record back when it is read from its own file", () => {
  const name = { ...NAME, cell: "mnist-vgg13" };
  const record = createRecord(name, { reward: 0.5 });
  const text = recordText(record);
  assert.deepEqual(readRecord(text, "rq1/smoke/mnist-vgg13.json"), record);
  assert.equal(record.cell, "mnist-vgg13");
  // A cell is no part of what is digested.
  assert.equal(record.digest, createRecord(NAME, { reward: 0.5 }).digest);
  assert.equal("cell" in RECORD, false);
});

Deno.test("readRecord() throws when a record lies in the file of another", () => {
  const cell = createRecord({ ...NAME, cell: "one" }, {});
  const cases = [
    [RECORD, "rq1/laptop.json"],
    [RECORD, "rq2/smoke.json"],
    [RECORD, "x/rq1/smoke.json"],
    [RECORD, "rq1/smoke.environment.json"],
    [cell, "rq1/smoke.json"],
    [cell, "rq1/smoke/two.json"],
    [cell, "smoke/one.json"],
    [
      createRecord({ question: "smoke", profile: "one" }, {}),
      "rq1/smoke/one.json",
    ],
  ] as const;
  for (const [record, file] of cases) {
    assert.throws(() => readRecord(recordText(record), file), (error) => {
      assert.ok(error instanceof RecordError);
      assert.equal(
        error.message,
        `Cannot read a record: "${file}" holds the record of "${
          recordPath(record)
        }", expected its own; restore it or run the experiment again`,
      );
      return true;
    });
  }
});

Deno.test("readRecord() throws when the name in a file would lead elsewhere", () => {
  for (const part of ["question", "profile", "cell"]) {
    for (const value of UNSAFE) {
      const text = recordText({ ...RECORD, [part]: value });
      // Even where the file lies at the path that the name makes.
      const made = part === "question"
        ? `${value}/smoke`
        : part === "profile"
        ? `rq1/${value}`
        : `rq1/smoke/${value}`;
      for (const file of [FILE, `${made}.json`]) {
        assert.throws(() => readRecord(text, file), (error) => {
          assert.ok(error instanceof RecordError);
          assert.equal(error.exitCode, 5);
          assert.ok(error.message.includes(`its ${part} is `), error.message);
          return true;
        });
      }
    }
  }
});

Deno.test("readRecord() throws when any byte was lost or a value was changed", () => {
  const text = recordText(RECORD);
  for (let length = 0; length < text.length - 1; length++) {
    assert.throws(
      () => readRecord(text.slice(0, length), FILE),
      RecordError,
    );
  }
  const changed = text.replace("0.30000000000000004", "0.3");
  assert.notEqual(changed, text);
  assert.throws(() => readRecord(changed, FILE), (error) => {
    assert.ok(error instanceof RecordError);
    assert.equal(error.exitCode, 5);
    assert.match(
      error.message,
      /"rq1\/smoke\.json" is [0-9a-f]{64}, expected [0-9a-f]{64}/,
    );
    assert.ok(error.message.includes(RECORD.digest));
    return true;
  });
});

Deno.test("readRecord() names the format when a file is of another version", () => {
  const text = recordText(RECORD).replace('"format": 1', '"format": 2');
  assert.throws(() => readRecord(text, FILE), {
    name: "RecordError",
    message:
      'Cannot read a record: the format of "rq1/smoke.json" is 2, expected 1; it was written by another version of this program',
  });
  for (const other of ["null", "[]", "7", "{}"]) {
    assert.throws(
      () => readRecord(other, FILE),
      /the format of "rq1\/smoke\.json"/,
    );
  }
  const extra = recordText(RECORD).replace(
    '"format": 1',
    '"format": 1, "n": 2',
  );
  assert.throws(() => readRecord(extra, FILE), /expected form[^]*"n"/);
});

Deno.test("readRecord() still reads a file of format 1 when it was written by the first version", () => {
  const first = `{
  "deterministic": {
    "reward": 0.5
  },
  "digest": "${sha256Hex('{"reward":0.5}')}",
  "format": 1,
  "profile": "smoke",
  "question": "rq1"
}
`;
  const record = readRecord(first, FILE);
  assert.deepEqual(record.deterministic, { reward: 0.5 });
  assert.equal(recordText(record), first);
});

Deno.test("readEnvironment() gives the environment of its own record only when asked", () => {
  const text = environmentText(RECORD, { cpuSeconds: 12.5 });
  const options = { file: "e.json", record: RECORD };
  assert.deepEqual(readEnvironment(text, options), { cpuSeconds: 12.5 });
  const other = { file: "e.json", record: createRecord(NAME, { seeds: [3] }) };
  assert.throws(
    () => readEnvironment(text, other),
    /the record of "e\.json" is/,
  );
  assert.throws(() => readEnvironment("{", options), RecordError);
  assert.throws(
    () => readEnvironment(recordText(RECORD), options),
    RecordError,
  );
  // What was measured cannot be changed; files of before there was a digest are read.
  assert.throws(
    () => readEnvironment(text.replace("12.5", "12.4"), options),
    /the digest of "e\.json" is [0-9a-f]{64}, expected/,
  );
  const { digest: _, ...before } = JSON.parse(text);
  assert.deepEqual(readEnvironment(JSON.stringify(before), options), {
    cpuSeconds: 12.5,
  });
  // Another machine or time leaves the record as it is.
  assert.equal(recordText(RECORD).includes("cpuSeconds"), false);
});
