import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { TINY } from "../experiments/_run.ts";

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));

/** The code blocks of the page, by the name of the file that they are. */
async function filesOf(page: string): Promise<ReadonlyMap<string, string>> {
  const text = await Deno.readTextFile(`${PROJECT}${page}`);
  const blocks = text.matchAll(
    /`experiments\/([\w./-]+)`:\n\n```\w+\n([^]*?)```/g,
  );
  return new Map(Array.from(blocks, ([, name, code]) => [name!, code!]));
}

async function deno(args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: PROJECT,
    env: {
      NO_COLOR: "1",
      N2N_CALIBRATION: `${PROJECT}tests/experiments/_calibration.json`,
    },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return {
    code,
    stdout: text.decode(stdout),
    stderr: text.decode(stderr),
  };
}

Deno.test("docs/experiment.md shows an experiment that runs as it stands", async () => {
  const files = await filesOf("docs/experiment.md");
  assert.deepEqual([...files.keys()], [
    "grain.ts",
    "configs/grain.laptop.yaml",
  ]);
  // As deep as experiments/, so that its imports lead where they say.
  const folder = await Deno.makeTempDir({
    dir: PROJECT,
    prefix: ".docs-",
    suffix: ".tmp",
  });
  try {
    await Deno.mkdir(`${folder}/configs`);
    for (const [name, text] of files) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const script = `${folder}/grain.ts`;
    const checked = await deno(["check", "--quiet", script]);
    assert.equal(checked.code, 0, checked.stderr);
    const planned = await deno([
      "run",
      "-P=experiment",
      "--quiet",
      script,
      "--dry-run",
    ]);
    assert.equal(planned.code, 0, planned.stderr);
    // Six seeds by two arms, the profile's own size.
    assert.match(planned.stdout, /mnist-vgg13-w0\.25-unit-s6/);
    await Deno.writeTextFile(`${folder}/tiny.yaml`, TINY);
    const run = await deno([
      "run",
      "-P=experiment",
      "--quiet",
      script,
      "--config",
      `${folder}/tiny.yaml`,
      "--results",
      `${folder}/results`,
      "--dataset",
      "mnist",
      "--seeds",
      "1",
    ]);
    assert.ok([0, 3].includes(run.code), run.stderr);
    assert.match(run.stdout, /\| leaf +\| stage 1 \(removal\)/);
    assert.match(run.stdout, /\| unit +\| stage 1 \(removal\)/);
    assert.match(run.stdout, /Not decidable: [01] pairs of search seeds/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
