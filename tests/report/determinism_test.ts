import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { sampleOutput } from "./_sample.ts";

const SCRIPT = fileURLToPath(new URL("_sample.ts", import.meta.url));

async function run(
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly probe: string; readonly output: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-all", SCRIPT],
    env: environment,
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const text = new TextDecoder().decode(stdout);
  const end = text.indexOf("\n");
  return { probe: text.slice(0, end), output: text.slice(end + 1) };
}

Deno.test("figures, tables and records are the same bytes when made again after others", async () => {
  // Plot numbers its shapes over a process's life; no such number may remain.
  assert.equal(await sampleOutput(), await sampleOutput());
});

Deno.test("figures, tables and records are the same bytes when locale and time zone differ", async () => {
  const [here, there] = await Promise.all([
    run({ LANG: "C", LC_ALL: "C", LANGUAGE: "C", TZ: "UTC" }),
    run({
      LANG: "de_DE.UTF-8",
      LC_ALL: "de_DE.UTF-8",
      LANGUAGE: "de",
      TZ: "Asia/Kathmandu",
    }),
  ]);
  assert.notEqual(here.probe, there.probe, "the environment had no effect");
  assert.equal(there.output, here.output);
  assert.equal(await sampleOutput(), here.output);
});

Deno.test("figures, tables and records come out when unseeded randomness and the clock throw", async () => {
  const kept = { random: Math.random, now: Date.now };
  const refuse = () => {
    throw new Error("unseeded");
  };
  Math.random = Date.now = refuse;
  try {
    await sampleOutput();
  } finally {
    Math.random = kept.random;
    Date.now = kept.now;
  }
});
