/** Parts of the engines on TensorFlow itself that need no TensorFlow. */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { openEngine } from "../../lib/engine/mod.ts";
import { EngineUnavailableError } from "../../lib/engine/mod.ts";
import { setOf } from "../../lib/engine/tfjs/node/instruction_set.ts";
import {
  findPackage,
  TFJS_NODE_VERSION,
} from "../../lib/engine/tfjs/node/places.ts";
import { whereAvailable } from "./where_available.ts";

const NAME = "@tensorflow/tfjs-node";
const OWN = `node_modules/${NAME}`;
const SET_UP = `.engines/tfjs-node-${TFJS_NODE_VERSION}/node_modules/${NAME}`;

/** A project with some files. */
async function inProject(
  files: readonly string[],
  test: (project: URL, path: (file: string) => string) => void,
): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const file of files) {
      const path = join(folder, file);
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeTextFile(path, "{}");
    }
    test(pathToFileURL(`${folder}/`), (file) => join(folder, file));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function addOn(folder: string, version = 8): readonly string[] {
  return [
    `${folder}/package.json`,
    `${folder}/lib/napi-v${version}/tfjs_binding.node`,
  ];
}

const places: Record<string, {
  readonly files: readonly string[];
  readonly folder?: string;
  readonly binding?: string;
}> = {
  "nothing is there": { files: ["deno.json"] },
  "it was set up": {
    files: addOn(SET_UP),
    folder: SET_UP,
    binding: addOn(SET_UP)[1]!,
  },
  "the project has its own as well": {
    files: [...addOn(SET_UP), ...addOn(OWN)],
    folder: OWN,
    binding: addOn(OWN)[1]!,
  },
  "the project's own has no add-on": {
    files: [...addOn(SET_UP), `${OWN}/package.json`],
    folder: SET_UP,
    binding: addOn(SET_UP)[1]!,
  },
  "the project's own is all there is and has no add-on": {
    files: [`${OWN}/package.json`, `${OWN}/lib/napi-v8/other.node`],
    folder: OWN,
  },
  "there are add-ons of several interfaces": {
    files: [...addOn(OWN, 3), ...addOn(OWN, 10), ...addOn(OWN, 9)],
    folder: OWN,
    binding: addOn(OWN, 10)[1]!,
  },
};
for (const [kind, { files, folder, binding }] of Object.entries(places)) {
  Deno.test(`findPackage() gives the place when ${kind}`, async () => {
    await inProject(files, (project, path) => {
      assert.deepEqual(
        findPackage(NAME, project),
        folder === undefined ? undefined : {
          folder: path(folder),
          binding: binding === undefined ? undefined : path(binding),
        },
      );
    });
  });
}

Deno.test("setOf() names the best set that all flags are there for", () => {
  const cpu = (flags: string) => `processor\t: 0\nflags\t\t: ${flags}\nbugs:\n`;
  assert.equal(setOf(cpu("fpu sse2")), "SSE");
  assert.equal(setOf(cpu("sse2 avx")), "AVX");
  assert.equal(setOf(cpu("avx avx2 fma")), "AVX2");
  // Xeon Phi's, which oneDNN has no such kernels for.
  assert.equal(setOf(cpu("avx avx2 fma avx512f avx512cd")), "AVX2");
  assert.equal(
    setOf(cpu("avx avx2 fma avx512f avx512dq avx512bw avx512vl")),
    "AVX-512",
  );
});

const hasGpu = await whereAvailable("tfjs-node-gpu", "opening", () => {});
if (!hasGpu) {
  Deno.test("openEngine() says what tfjs-node-gpu needs when it is not there", async () => {
    await assert.rejects(openEngine("tfjs-node-gpu"), (error) => {
      assert(error instanceof EngineUnavailableError);
      assert.equal(error.exitCode, 2);
      assert.doesNotMatch(error.message, /\n/);
      assert.match(error.remedy, /NVIDIA GPU.*CUDA 11\.2.*cuDNN 8\.1/);
      assert.match(error.remedy, /deno add npm:@tensorflow\/tfjs-node-gpu@/);
      return true;
    });
  });
}

await whereAvailable("tfjs-node", "being refused", () => {
  Deno.test("openEngine() says what is missing when FFI or the environment is not allowed", async () => {
    const script = new URL("./training_digest.ts", import.meta.url);
    for (
      const [flag, says] of [
        [
          "--deny-ffi",
          /cannot be loaded \(Requires ffi access.*setup:tfjs-node/,
        ],
        [
          "--deny-env=TF_NUM_INTRAOP_THREADS",
          /threads cannot be set.*--allow-env/,
        ],
      ] as const
    ) {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-qA",
          "--no-check",
          flag,
          fileURLToPath(script),
          "tfjs-node",
          "5",
        ],
      }).output();
      assert.equal(code, 1);
      assert.match(new TextDecoder().decode(stderr), says);
    }
  });
});
