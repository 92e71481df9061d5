/** The setup of tfjs-node, without a network, Deno's installer, pip or a compiler. */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { strToU8, zipSync } from "fflate";
import { type CommandRunner, UsageError } from "../../lib/cli/mod.ts";
import {
  fingerprint,
  FingerprintError,
} from "../../lib/lab/setup/fingerprint.ts";
import {
  installTfjsNode,
  type TfjsNodeSetup,
} from "../../lib/lab/setup/tfjs_node/install.ts";
import type { TfjsNodeSources } from "../../lib/lab/setup/tfjs_node/sources.ts";
import { treeDigest } from "../../lib/lab/setup/tree.ts";
import { unzipFiles } from "../../lib/lab/setup/unzip.ts";
import { sha256Hex } from "../../lib/random/mod.ts";
import { inFolder } from "./_run.ts";

/** Large enough to be read in several pieces. */
const LIBRARY = Uint8Array.from({ length: 300_000 }, (_, i) => i * i % 251);
const FRAMEWORK = strToU8("framework");
const WHEEL = zipSync({
  "tensorflow/libcc.so.2": LIBRARY,
  "tensorflow/libframework.so.2": [FRAMEWORK, { level: 0 }],
  "tensorflow/python/large.py": strToU8("not wanted"),
  "tensorflow/include/tensorflow/c/c_api.h": strToU8("// C API"),
  "tensorflow/include/tsl/c/tsl_status.h": strToU8("// status"),
  "tensorflow/include/tensorflow/core/public/session.h": strToU8("// C++"),
  "tensorflow/empty.txt": new Uint8Array(0),
});

/** Files of the made-up packages, by package and path. */
const PACKAGES: Record<string, Record<string, string>> = {
  "@tensorflow/tfjs-node": {
    "package.json": "{}",
    "dist/index.js": "1",
    "dist/index_test.js": "2",
    "dist/index.d.ts": "3",
    "binding/tfjs_backend.cc": "4",
    "scripts/install.js": "5",
  },
  "google-protobuf": { "package.json": "{}", "google-protobuf.js": "6" },
  "node-api-headers": { "package.json": "{}", "include/node_api.h": "7" },
};

const SOURCES: TfjsNodeSources = {
  packages: Object.fromEntries(
    Object.entries(PACKAGES).map(([name, files]) => [name, {
      version: "1.0.0",
      sha256: treeDigest(
        Object.fromEntries(
          Object.entries(files)
            .map(([path, text]) => [path, sha256Hex(strToU8(text))]),
        ),
      ),
    }]),
  ),
  wheel: {
    project: "pack",
    version: "1.2",
    wheel: fingerprint(WHEEL),
    choice: ["--abi", "cp311"],
  },
  libraries: {
    "libcc.so.2": fingerprint(LIBRARY),
    "libframework.so.2": fingerprint(FRAMEWORK),
  },
};

/** What a whole setup by the wheel has, below node_modules/. */
const WHOLE = [
  "@tensorflow/tfjs-core/index.js",
  "@tensorflow/tfjs-node/deps/lib/libcc.so.2",
  "@tensorflow/tfjs-node/deps/lib/libframework.so.2",
  "@tensorflow/tfjs-node/dist/index.js",
  "@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node",
  "@tensorflow/tfjs-node/package.json",
  "google-protobuf/google-protobuf.js",
  "google-protobuf/package.json",
];

/** What a machine has and does. */
interface Machine {
  readonly wheel?: Uint8Array;
  /** Changes a package's file. */
  readonly damaged?: string;
  readonly noCompiler?: boolean;
  readonly noPip?: boolean;
  readonly failing?: "deno" | "compiler" | "installer" | "pip";
}

function machine(
  { wheel = WHEEL, damaged, noCompiler, noPip, failing }: Machine = {},
) {
  const calls: string[] = [];
  const failed = { code: 1, stdout: "", stderr: "a\nit fails\n" };
  const done = { code: 0, stdout: "", stderr: "" };
  const run: CommandRunner = async (command, args) => {
    const line = [command, ...args].join(" ");
    calls.push(line);
    if (command === "the-deno") {
      const isScripted = line.includes(
        "--allow-scripts=npm:@tensorflow/tfjs-node",
      );
      if (failing === (isScripted ? "installer" : "deno")) return failed;
      const modules = join(dirname(args.at(-1)!), "node_modules");
      for (const [name, files] of Object.entries(PACKAGES)) {
        for (const [path, text] of Object.entries(files)) {
          await write(join(modules, name, path), path === damaged ? "x" : text);
        }
      }
      if (isScripted) {
        const folder = join(modules, "@tensorflow/tfjs-node");
        await write(`${folder}/lib/napi-v8/tfjs_binding.node`, "regular");
        await write(`${folder}/deps/lib/libtensorflow.so.2.9.1`, "2.9.1");
        await Deno.symlink(
          "libtensorflow.so.2.9.1",
          `${folder}/deps/lib/libtensorflow.so.2`,
        );
      }
      return done;
    }
    if (command === "the-c++") {
      if (noCompiler) return undefined;
      if (args[0] === "--version") return done;
      if (failing === "compiler") return failed;
      const include = args.filter((_, i) => args[i - 1] === "-I");
      const headers = [
        "node_api.h",
        "tensorflow/c/c_api.h",
        "tsl/c/tsl_status.h",
      ];
      for (const header of headers) {
        const places = include.map((folder) => join(folder, header));
        assert(places.some(isThere), `no ${header} in ${include}`);
      }
      await write(args[args.indexOf("-o") + 1]!, "add-on");
      return done;
    }
    if (noPip || command !== "pip3") return undefined;
    if (args[0] === "--version") return done;
    assert.match(line, /--no-deps .*--abi cp311 .*pack==1\.2$/);
    if (failing === "pip") return failed;
    const folder = args[args.indexOf("--dest") + 1]!;
    await Deno.writeFile(`${folder}/pack-1.2.whl`, wheel);
    return done;
  };
  return { run, calls };
}

async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Files in a folder, however deep, without the setup's note. */
function filesIn(folder: string): readonly string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory
      ? filesIn(`${folder}/${name}`).map((path) => `${name}/${path}`)
      : name === "setup.json"
      ? []
      : [name]
  ).sort();
}

/** Sets up in a folder of its own. */
async function inPlace(
  test: (place: {
    readonly folder: string;
    readonly setUp: (options?: Partial<TfjsNodeSetup>) => Promise<string>;
    readonly told: readonly string[];
    /** What lies where the folder lies. */
    readonly beside: () => readonly string[];
  }) => Promise<void>,
): Promise<void> {
  await inFolder(async (parent) => {
    const engines = `${parent}/engines`;
    const folder = `${engines}/tfjs-node-1`;
    const told: string[] = [];
    await test({
      folder,
      told,
      beside: () =>
        Array.from(Deno.readDirSync(engines), ({ name }) => name).sort(),
      setUp: (options = {}) =>
        installTfjsNode({
          sources: SOURCES,
          folder,
          way: "auto",
          platform: { os: "linux", arch: "x86_64" },
          run: machine().run,
          deno: "the-deno",
          compilers: ["the-c++"],
          hostObstacle: () => Promise.resolve("no route"),
          freeBytes: () => Promise.resolve(2e9),
          tell: (line) => told.push(line),
          ...options,
        }),
    });
  });
}

Deno.test("installTfjsNode() takes the wheel when the installer's host cannot be reached, and leaves all the second time", async () => {
  await inPlace(async ({ folder, setUp, told, beside }) => {
    assert.equal(await setUp(), "wheel");
    assert.match(told.join("\n"), /installer cannot fetch .* \(no route\)/);
    const modules = `${folder}/node_modules`;
    assert.deepEqual(filesIn(modules), WHOLE);
    const lib = `${modules}/@tensorflow/tfjs-node/deps/lib`;
    assert.deepEqual(await Deno.readFile(`${lib}/libcc.so.2`), LIBRARY);
    assert.deepEqual(
      await Deno.readFile(`${lib}/libframework.so.2`),
      FRAMEWORK,
    );
    const again = machine();
    assert.equal(await setUp({ run: again.run }), "there");
    assert.deepEqual(again.calls, []);
    assert.deepEqual(beside(), ["tfjs-node-1"]);
  });
});

Deno.test("installTfjsNode() runs the installer when its host can be reached, or it is asked for", async () => {
  for (
    const options of [
      { hostObstacle: () => Promise.resolve(undefined) },
      { way: "installer" as const },
    ]
  ) {
    await inPlace(async ({ folder, setUp, beside }) => {
      const { run, calls } = machine();
      // The wheel's machines are no condition.
      const platform = { os: "darwin", arch: "x86_64" };
      assert.equal(await setUp({ run, platform, ...options }), "installer");
      assert(calls.every((line) => line.startsWith("the-deno install ")));
      const own = `${folder}/node_modules/@tensorflow/tfjs-node`;
      const binding = `${own}/lib/napi-v8/tfjs_binding.node`;
      assert.equal(await Deno.readTextFile(binding), "regular");
      assert.equal(
        await Deno.readTextFile(`${own}/deps/lib/libtensorflow.so.2`),
        "2.9.1",
      );
      assert.equal(await setUp(options), "there");
      assert.deepEqual(beside(), ["tfjs-node-1"]);
    });
  }
});

Deno.test("installTfjsNode() falls back on the wheel and says so when the installer fails, unless it was asked for", async () => {
  const { run } = machine({ failing: "installer" });
  await inPlace(async ({ folder, setUp, told }) => {
    const hostObstacle = () => Promise.resolve(undefined);
    assert.equal(await setUp({ run, hostObstacle }), "wheel");
    assert.match(told.join("\n"), /it fails\nTaking TensorFlow from its wheel/);
    assert.deepEqual(filesIn(`${folder}/node_modules`), WHOLE);
  });
  await inPlace(async ({ setUp, beside }) => {
    await assert.rejects(setUp({ run, way: "installer" }), UsageError);
    assert.deepEqual(beside(), []);
  });
});

const changes: Record<string, (folder: string) => Promise<void>> = {
  "a file is another": (folder) => write(`${folder}/${WHOLE[4]}`, "changed"),
  "a file is gone": (folder) => Deno.remove(`${folder}/${WHOLE[1]}`),
  "a file is added": (folder) => write(`${folder}/added.js`, ""),
  "the note is gone": (folder) => Deno.remove(`${folder}/../setup.json`),
  "the note is cut": (folder) => write(`${folder}/../setup.json`, '{"way'),
};
for (const [kind, change] of Object.entries(changes)) {
  Deno.test(`installTfjsNode() sets the folder aside and fills another when ${kind}`, async () => {
    await inPlace(async ({ folder, setUp, told, beside }) => {
      await setUp();
      await change(`${folder}/node_modules`);
      assert.equal(await setUp(), "wheel");
      assert.deepEqual(beside(), ["tfjs-node-1", "tfjs-node-1.corrupt-1"]);
      assert.match(
        told.join("\n"),
        /Set aside as ".*corrupt-1": (its|it|"node)/,
      );
      assert.equal(await setUp(), "there");
    });
  });
}

const wrong: Record<string, {
  readonly options?: Partial<TfjsNodeSetup>;
  readonly machine?: Machine;
  readonly says: RegExp;
}> = {
  "a file of a package is another": {
    machine: { damaged: "dist/index.js" },
    says: /package @tensorflow\/tfjs-node 1\.0\.0: the digest .* expected/,
  },
  "the wheel is another": {
    machine: { wheel: WHEEL.with(90, WHEEL[90]! ^ 1) },
    says: /pack-1\.2\.whl: its SHA-256 is/,
  },
  "a library in the wheel is another": {
    options: {
      sources: {
        ...SOURCES,
        libraries: {
          ...SOURCES.libraries,
          "libcc.so.2": { bytes: LIBRARY.length, sha256: "0".repeat(64) },
        },
      },
    },
    says: /libcc\.so\.2: its SHA-256 is .* 0{64}/,
  },
};
for (const [kind, { options, machine: made, says }] of Object.entries(wrong)) {
  Deno.test(`installTfjsNode() leaves nothing and asks for exit code 5 when ${kind}`, async () => {
    await inPlace(async ({ setUp, beside }) => {
      const { run } = machine(made);
      await assert.rejects(setUp({ run, ...options }), (error) => {
        assert(error instanceof FingerprintError, String(error));
        assert.equal(error.exitCode, 5);
        assert.match(error.message, says);
        return true;
      });
      assert.deepEqual(beside(), []);
    });
  });
}

const helpless: Record<string, {
  readonly options?: Partial<TfjsNodeSetup>;
  readonly machine?: Machine;
  readonly says: RegExp;
}> = {
  "there is no compiler": {
    machine: { noCompiler: true },
    says: /C\+\+ compiler: tried "the-c\+\+".*apt-get install g\+\+/,
  },
  "the compiler fails": {
    machine: { failing: "compiler" },
    says:
      /build tfjs-node's add-on: the-c\+\+ ended with code 1.*\n.*\n {2}it fails/,
  },
  "there is no pip": { machine: { noPip: true }, says: /Cannot find pip/ },
  "pip fails": {
    machine: { failing: "pip" },
    says: /Cannot fetch pack 1\.2: pip3 ended with code 1/,
  },
  "Deno gets no packages": {
    machine: { failing: "deno" },
    says: /deno install ended with code 1.*npm registry.*\n.*\n {2}it fails/,
  },
  "the disk is full": {
    options: { freeBytes: () => Promise.resolve(3e8) },
    says: /has 0\.3 GB of free disk, expected 1 GB; make room/,
  },
  "the machine is another and the host out of reach": {
    options: { platform: { os: "darwin", arch: "aarch64" } },
    says:
      /the machine is darwin aarch64, expected linux x86_64.*--way installer/,
  },
};
for (
  const [kind, { options, machine: made, says }] of Object.entries(helpless)
) {
  Deno.test(`installTfjsNode() names the fix, leaves nothing and asks for exit code 2 when ${kind}`, async () => {
    await inPlace(async ({ setUp, beside }) => {
      const { run } = machine(made);
      await assert.rejects(setUp({ run, ...options }), (error) => {
        assert(error instanceof UsageError, String(error));
        assert.equal(error.exitCode, 2);
        assert.match(error.message, says);
        return true;
      });
      assert.deepEqual(beside(), []);
    });
  });
}

Deno.test("unzipFiles() unpacks what is wanted, deflated, stored or empty, and rejects what is no archive", async () => {
  await inFolder(async (folder) => {
    const archive = `${folder}/a.zip`;
    await Deno.writeFile(archive, WHEEL);
    const names = await unzipFiles(
      archive,
      (name) =>
        name.endsWith(".h") || name.endsWith(".py")
          ? undefined
          : `${folder}/out/${name}`,
    );
    assert.deepEqual(names, [
      "tensorflow/libcc.so.2",
      "tensorflow/libframework.so.2",
      "tensorflow/empty.txt",
    ]);
    const out = (name: string) => Deno.readFile(`${folder}/out/${name}`);
    assert.deepEqual(await out(names[0]!), LIBRARY);
    assert.deepEqual(await out(names[1]!), FRAMEWORK);
    assert.equal((await out(names[2]!)).length, 0);
    await Deno.writeFile(archive, WHEEL.subarray(0, WHEEL.length / 2));
    await assert.rejects(unzipFiles(archive, () => undefined), /no directory/);
  });
});

Deno.test("setup:tfjs-node --help explains its option and exits with 0", async () => {
  const script = new URL(
    "../../experiments/setup_tfjs_node.ts",
    import.meta.url,
  );
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", fileURLToPath(script), "--help"],
  }).output();
  const text = new TextDecoder();
  assert.equal(text.decode(stderr), "");
  assert.equal(code, 0);
  assert.match(text.decode(stdout), /^deno task setup:tfjs-node: Set up/);
  assert.match(text.decode(stdout), /--way <auto, installer or wheel/);
});
