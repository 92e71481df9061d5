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
  recordText,
} from "../../lib/report/mod.ts";

const NAME = { question: "rq1", profile: "smoke" };
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
    assert.deepEqual(readRecord(text, "x.json"), record);
    assert.equal(recordText(readRecord(text, "x.json")), text);
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
});

Deno.test("readRecord() throws when any byte was lost or a value was changed", () => {
  const text = recordText(RECORD);
  for (let length = 0; length < text.length - 1; length++) {
    assert.throws(
      () => readRecord(text.slice(0, length), "x.json"),
      RecordError,
    );
  }
  const changed = text.replace("0.30000000000000004", "0.3");
  assert.notEqual(changed, text);
  assert.throws(() => readRecord(changed, "x.json"), (error) => {
    assert.ok(error instanceof RecordError);
    assert.equal(error.exitCode, 5);
    assert.match(
      error.message,
      /"x\.json" is [0-9a-f]{64}, expected [0-9a-f]{64}/,
    );
    assert.ok(error.message.includes(RECORD.digest));
    return true;
  });
});

Deno.test("readRecord() names the format when a file is of another version", () => {
  const text = recordText(RECORD).replace('"format": 1', '"format": 2');
  assert.throws(() => readRecord(text, "x.json"), {
    name: "RecordError",
    message:
      'Cannot read a record: the format of "x.json" is 2, expected 1; it was written by another version of this program',
  });
  for (const other of ["null", "[]", "7", "{}"]) {
    assert.throws(() => readRecord(other, "x.json"), /the format of "x\.json"/);
  }
  const extra = recordText(RECORD).replace(
    '"format": 1',
    '"format": 1, "n": 2',
  );
  assert.throws(() => readRecord(extra, "x.json"), /expected form[^]*"n"/);
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
  const record = readRecord(first, "x.json");
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
  // Another machine or time leaves the record as it is.
  assert.equal(recordText(RECORD).includes("cpuSeconds"), false);
});
