import assert from "node:assert/strict";
import { runCommand } from "../../lib/cli/mod.ts";

Deno.test("runCommand() gives code and both outputs when the program ends", async () => {
  const script =
    'console.log("out"); console.error("err"); Deno.exit(new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer()).length + 7);';
  const result = await runCommand(Deno.execPath(), ["eval", "--quiet", script]);
  assert.deepEqual(result, { code: 7, stdout: "out\n", stderr: "err\n" });
});

Deno.test("runCommand() gives undefined when there is no such program", async () => {
  assert.equal(
    await runCommand("n2n-no-such-program", ["--version"]),
    undefined,
  );
});
