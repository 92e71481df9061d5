import assert from "node:assert/strict";
import { followData } from "../../lib/lab/subject/data_progress.ts";
import type { DataProgress } from "../../lib/data/mod.ts";

/** Lines shown of a course of events, ten seconds apart. */
function linesOf(
  events: readonly Omit<DataProgress, "file">[],
): readonly string[] {
  let text = "";
  let ms = 0;
  const stream = {
    writeSync(bytes: Uint8Array) {
      text += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  };
  {
    using following = followData("set", {
      stream,
      now: () => ms,
      isTerminal: false,
    });
    for (const event of events) {
      ms += 10_000;
      following.onProgress({ file: "a.tar", ...event });
    }
  }
  return text.split("\n").filter((line) => line !== "");
}

Deno.test("followData() shows a download's megabytes and end, without what was there already", () => {
  const download = (bytes: number) =>
    ({ action: "download", bytes, totalBytes: 200e6 }) as const;
  assert.deepEqual(
    linesOf([download(100e6), download(150e6), download(200e6)]),
    [
      "set: fetching: 150/200 MB (75 %), 5.0 MB/s, ETA 10 s",
      "set: fetching: 200/200 MB (100 %), 5.0 MB/s, in 20 s",
    ],
  );
});

Deno.test("followData() ends a line when something else begins, or all is over", () => {
  const lines = linesOf([
    { action: "download", bytes: 1e6, totalBytes: 9e6 },
    { action: "download", bytes: 3e6, totalBytes: 9e6 },
    { action: "setAside", bytes: 3e6 },
    { action: "decode", bytes: 1e6, totalBytes: 4e6 },
  ]);
  assert.equal(lines.length, 2);
  assert.match(lines[0]!, /^set: fetching: 3\/9 MB/);
  assert.match(lines[1]!, /^set: decoding: 1\/4 MB/);
});

Deno.test("followData() shows no line for small files, writing, or sizes unknown", () => {
  assert.deepEqual(
    linesOf([
      { action: "download", bytes: 5e5, totalBytes: 9e5 },
      { action: "write", bytes: 5e6, totalBytes: 9e6 },
      { action: "decode", bytes: 5e6 },
    ]),
    [],
  );
});
