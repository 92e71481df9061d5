/** Which library is looked for, and which one is refused; needs none. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  EngineUnavailableError,
  ONEDNN_SETUP_FILE,
} from "../../lib/engine/mod.ts";
import {
  checkVersion,
  loadersWords,
  notLoaded,
} from "../../lib/engine/onednn/obstacles.ts";
import { libraryFile } from "../../lib/engine/onednn/places.ts";
import { SYMBOLS } from "../../lib/engine/onednn/symbols.ts";

const VARIABLE = "N2N_ONEDNN_LIBRARY";

/** Runs with the variable set, or unset, and puts it back. */
async function withVariable<T>(
  value: string | undefined,
  run: () => T | Promise<T>,
): Promise<T> {
  const before = Deno.env.get(VARIABLE);
  const set = (text: string | undefined) =>
    text === undefined
      ? Deno.env.delete(VARIABLE)
      : Deno.env.set(VARIABLE, text);
  set(value);
  try {
    return await run();
  } finally {
    set(before);
  }
}

/** What is told of an engine that cannot be opened. */
type Told = Pick<
  EngineUnavailableError,
  "name" | "engine" | "reason" | "remedy" | "message"
>;

/**
 * What code with `openEngine` says as JSON, with a file as the engine's library, in a
 * process of its own: other tests of this one open the engine meanwhile.
 */
async function saidWith<Said>(file: string, body: string): Promise<Said> {
  const module = import.meta.resolve("../../lib/engine/mod.ts");
  const code = `import { openEngine } from ${JSON.stringify(module)};\n${body}`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", code],
    env: { [VARIABLE]: file },
    stdin: "null",
  }).output();
  const [said, troubles] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  assert.match(said!, /^[{[]/, troubles!);
  return JSON.parse(said!);
}

/** What opening the engine says. */
async function refusal(file: string): Promise<Told> {
  const error = await saidWith<Told>(
    file,
    `
    const error = await openEngine("onednn").then(() => ({}), (e) => e);
    const { name, engine, reason, remedy, message } = error;
    console.log(JSON.stringify({ name, engine, reason, remedy, message }));
  `,
  );
  assert.equal(error.name, "EngineUnavailableError");
  assert.equal(error.engine, "onednn");
  assert.ok(error.message.includes(error.reason));
  assert.ok(error.message.includes(error.remedy));
  return error;
}

Deno.test("checkVersion() gives the version when it is 2.x", () => {
  assert.equal(checkVersion({ major: 2, minor: 6, patch: 3 }, "x"), "2.6.3");
  assert.equal(checkVersion({ major: 2, minor: 0, patch: 0 }, "x"), "2.0.0");
});

for (
  const [version, why] of [
    [{ major: 3, minor: 0, patch: 0 }, /no Winograd kernels/],
    [{ major: 3, minor: 13, patch: 1 }, /another interface/],
    [{ major: 1, minor: 8, patch: 0 }, /older ones have another interface/],
  ] as const
) {
  const text = Object.values(version).join(".");
  Deno.test(`checkVersion() refuses in words when the version is ${text}`, () => {
    assert.throws(() => checkVersion(version, "libx.so"), (error) => {
      assert.ok(error instanceof EngineUnavailableError);
      assert.ok(
        error.reason.startsWith(
          `the version of oneDNN in "libx.so" is ${text}, expected 2.x`,
        ),
        error.reason,
      );
      assert.match(error.reason, why);
      assert.match(error.remedy, /deno task setup:onednn/);
      return true;
    });
  });
}

Deno.test("openEngine() says how to get oneDNN when the library is missing", async () => {
  const { reason, remedy } = await refusal("/nonexistent/n2n/libdnnl.so.2");
  assert.match(
    reason,
    /^"\/nonexistent\/n2n\/libdnnl\.so\.2" is not a library that can be loaded, expected oneDNN 2\.x \(/,
  );
  assert.match(remedy, /apt-get install libdnnl2/);
  assert.match(remedy, /unset N2N_ONEDNN_LIBRARY/);
});

Deno.test("openEngine() says that it is no library when the file is another", async () => {
  const here = fileURLToPath(import.meta.url);
  const { reason } = await refusal(here);
  assert.ok(reason.startsWith(`"${here}" is not a library`), reason);
});

/** A library that every system of the kind has, and that is not oneDNN. */
const OTHER_LIBRARY: Readonly<Record<string, string>> = {
  linux: "libc.so.6",
  darwin: "libSystem.dylib",
  windows: "kernel32.dll",
};
const other = OTHER_LIBRARY[Deno.build.os];
Deno.test({
  name: other === undefined
    ? `openEngine() with another library is skipped, because none is known on ${Deno.build.os}`
    : `openEngine() says that it is not oneDNN when the library is ${other}`,
  ignore: other === undefined,
  async fn() {
    const { reason } = await refusal(other!);
    assert.equal(
      reason,
      `"${other}" is not oneDNN: it lacks "dnnl_version", expected oneDNN 2.x`,
    );
  },
});

Deno.test("notLoaded() names the library that is missing when oneDNN needs another", () => {
  const error = notLoaded(
    "/there/libdnnl.so.2",
    new Error(
      "Could not open library: Could not open library: libgomp.so.1: cannot open shared object file: No such file or directory",
    ),
  );
  assert.match(
    error.reason,
    /"\/there\/libdnnl\.so\.2" needs "libgomp\.so\.1"/,
  );
  assert.match(error.remedy, /apt-get install libgomp1/);
});

Deno.test("loadersWords() drops the places that passed the words on", () => {
  assert.equal(
    loadersWords(
      new Error("Could not open library: Could not open library: x"),
    ),
    "x",
  );
  assert.equal(loadersWords("y"), "y");
});

Deno.test("libraryFile() takes the variable, then the project's own, then the system's", async () => {
  const own = fileURLToPath(ONEDNN_SETUP_FILE);
  assert.match(own.replaceAll("\\", "/"), /\/\.engines\/onednn-2\.6\.0\//);
  const file = (variable: string | undefined, isThere: boolean) =>
    withVariable(
      variable,
      () => libraryFile((path) => path === own && isThere),
    );
  for (const unset of [undefined, ""]) {
    assert.equal(await file(unset, false), "libdnnl.so.2");
    assert.equal(await file(unset, true), own);
  }
  assert.equal(await file("/mine.so", true), "/mine.so");
});

/** A library that says of itself what a test wants; false without a C compiler. */
async function compile(file: string, source: string): Promise<boolean> {
  const text = `${file}.c`;
  await Deno.writeTextFile(text, source);
  try {
    const args = ["-shared", "-fPIC", "-o", file, text];
    return (await new Deno.Command("cc", { args }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Every function of oneDNN that is bound, each of which fails. */
const FAILING = Object.keys(SYMBOLS)
  .filter((name) => name !== "dnnl_version")
  .map((name) => `int ${name}() { return 1; }`)
  .join("\n");
const VERSION =
  "static int v[6] = {2, 6, 3}; int *dnnl_version() { return v; }";

const hasCompiler = Deno.build.os === "linux" &&
  await Deno.stat("/usr/bin/cc").then(() => true, () => false);

Deno.test({
  name: hasCompiler
    ? "openEngine() passes over a library that lies or crashes, and does not load one that is cut"
    : "openEngine() with a library that lies is skipped, because there is no C compiler",
  ignore: !hasCompiler,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const whole = `${folder}/failing.so`;
      assert.ok(await compile(whole, `${VERSION}\n${FAILING}`));
      const { reason } = await refusal(whole);
      assert.match(
        reason,
        /^".*failing\.so" does not work here \(Cannot create oneDNN's engine: oneDNN's status is /,
      );

      const silent = `${folder}/silent.so`;
      const nothing = FAILING.replaceAll("return 1", "return 0");
      assert.ok(await compile(silent, `${VERSION}\n${nothing}`));
      assert.match(
        (await refusal(silent)).reason,
        /oneDNN gave none and said "success"/,
      );

      const nameless = `${folder}/nameless.so`;
      assert.ok(
        await compile(nameless, "int *dnnl_version() { return 0; }"),
      );
      assert.match((await refusal(nameless)).reason, /it lacks a version/);

      // The first is read through a wild pointer; the second falls as it is loaded.
      for (
        const [name, source] of [
          ["wild", "int *dnnl_version() { return (int *) 16; }"],
          [
            "falling",
            `__attribute__((constructor)) void f() { *(volatile int *) 8 = 1; }
${VERSION}\n${FAILING}`,
          ],
        ] as const
      ) {
        const file = `${folder}/${name}.so`;
        assert.ok(await compile(file, source));
        assert.match(
          (await refusal(file)).reason,
          new RegExp(
            `^".*${name}\\.so" ends the process that loads it \\(SIG(SEGV|BUS)\\)$`,
          ),
        );
      }

      const bytes = await Deno.readFile(whole);
      const cut = `${folder}/cut.so`;
      await Deno.writeFile(cut, bytes.subarray(0, bytes.length - 1));
      assert.match(
        (await refusal(cut)).reason,
        /^".*cut\.so" is not whole: it has \d+ bytes, expected at least \d+$/,
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

// Seen to fail: with every signal taken for a crash, and with its outcome kept.
Deno.test({
  name: hasCompiler
    ? "openEngine() is interrupted when the trial of the library is, and tries again"
    : "openEngine() with a trial that is interrupted is skipped, because there is no C compiler",
  ignore: !hasCompiler,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const file = `${folder}/stopped.so`;
      assert.ok(
        await compile(
          file,
          `#include <signal.h>
#include <stdlib.h>
__attribute__((constructor)) void f() {
  char *given = getenv("N2N_TEST_SIGNAL");
  if (given) raise(atoi(given));
}
${VERSION}\n${FAILING}`,
        ),
      );
      const told = await saidWith(
        file,
        `
        const told = [];
        for (const signal of ["2", "15", undefined]) {
          if (signal !== undefined) Deno.env.set("N2N_TEST_SIGNAL", signal);
          else Deno.env.delete("N2N_TEST_SIGNAL");
          const error = await openEngine("onednn").then(() => ({}), (e) => e);
          told.push([error.name, error.exitCode]);
        }
        console.log(JSON.stringify(told));
      `,
      );
      assert.deepEqual(told, [
        ["ProbeInterruptedError", 130],
        ["ProbeInterruptedError", 130],
        ["EngineUnavailableError", 2],
      ]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
