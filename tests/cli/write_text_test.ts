import assert from "node:assert/strict";
import { writeText } from "../../lib/cli/output.ts";
import { MemorySink } from "./_temporary.ts";

/** A sink whose first writes end so. */
function failing(...errors: readonly Error[]): MemorySink {
  const left = [...errors];
  return new class extends MemorySink {
    override writeSync(bytes: Uint8Array): number {
      const error = left.shift();
      if (error !== undefined) throw error;
      return super.writeSync(bytes);
    }
  }(3);
}

const coded = (code: string) => Object.assign(new Error(code), { code });

Deno.test("writeText() waits for a reader that is slow, and writes all", () => {
  const sink = failing(coded("EAGAIN"), coded("EAGAIN"));
  writeText(sink, "all of it\n");
  assert.equal(sink.text, "all of it\n");
});

Deno.test("writeText() goes on where nobody reads any more: a pipe or a terminal that is gone", () => {
  for (const error of [new Deno.errors.BrokenPipe(), coded("EIO")]) {
    const sink = failing(error);
    writeText(sink, "nobody hears it\n");
    assert.equal(sink.text, "");
  }
});

Deno.test("writeText() throws when the disk is full", () => {
  assert.throws(() => writeText(failing(coded("ENOSPC")), "text"), {
    name: "FileError",
    message: /^Cannot write output \(ENOSPC\)/,
  });
});
