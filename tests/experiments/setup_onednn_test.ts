/** The setup of oneDNN, without a network and without pip. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";
import {
  setUpOnednn,
  type SetupOptions,
} from "../../experiments/setup_onednn.ts";
import {
  type Fingerprint,
  FingerprintError,
} from "../../lib/lab/setup/fingerprint.ts";
import type { WheelFile } from "../../lib/lab/setup/wheel.ts";
import {
  type CommandRunner,
  FileError,
  UsageError,
} from "../../lib/cli/mod.ts";
import { sha256Hex } from "../../lib/random/mod.ts";
import { inFolder } from "./_run.ts";

/** The library of the tests: large enough to be compressed in blocks. */
const LIBRARY = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
const MEMBER = "pack.data/lib/libx.so";
const WHEEL = zipSync({
  "pack.data/README": new TextEncoder().encode("read me"),
  [MEMBER]: LIBRARY,
});

function fingerprint(bytes: Uint8Array): Fingerprint {
  return { bytes: bytes.length, sha256: sha256Hex(bytes) };
}

const SOURCE: WheelFile = {
  project: "pack",
  version: "1.2",
  wheel: fingerprint(WHEEL),
  member: MEMBER,
  file: fingerprint(LIBRARY),
};

/** A machine with a pip of that name which downloads these bytes. */
function machine(
  { pip = "python3 -m pip", wheel = WHEEL, code = 0, stderr = "" }: {
    readonly pip?: string;
    readonly wheel?: Uint8Array | undefined;
    readonly code?: number;
    readonly stderr?: string;
  } = {},
) {
  const calls: string[] = [];
  const folders: string[] = [];
  const run: CommandRunner = async (command, args) => {
    const line = [command, ...args].join(" ");
    calls.push(line);
    if (!line.startsWith(`${pip} `)) return undefined;
    const rest = line.slice(pip.length + 1);
    if (rest === "--version") return { code: 0, stdout: "pip 1", stderr: "" };
    const match = /^download .*--no-deps .*--dest (\S+) pack==1\.2$/.exec(rest);
    assert(match !== null, line);
    const folder = match[1]!;
    folders.push(folder);
    if (code === 0) {
      await Deno.writeFile(`${folder}/pack-1.2-py3-none-any.whl`, wheel);
    }
    return { code, stdout: "", stderr };
  };
  return { run, calls, folders };
}

/** Runs a setup in a folder of its own. */
async function inPlace(
  test: (
    path: string,
    setUp: (options?: Partial<SetupOptions>) => Promise<string>,
    told: readonly string[],
  ) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const path = `${folder}/engines/x-1.2/libx.so`;
    const told: string[] = [];
    await test(path, (options = {}) =>
      setUpOnednn({
        wheel: SOURCE,
        path,
        platform: { os: "linux", arch: "x86_64" },
        run: machine().run,
        tell: (line) => told.push(line),
        ...options,
      }), told);
  });
}

/** Names in the folder of a file; none when there is no folder. */
async function beside(path: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    const folder = path.slice(0, path.lastIndexOf("/"));
    for await (const { name } of Deno.readDir(folder)) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}

async function assertGone(folders: readonly string[]): Promise<void> {
  assert(folders.length > 0, "nothing was downloaded");
  for (const folder of folders) {
    await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
  }
}

Deno.test("setUpOnednn() puts the library in place when there is none, and leaves it the second time", async () => {
  await inPlace(async (path, setUp, told) => {
    const first = machine();
    assert.equal(await setUp({ run: first.run }), "fetched");
    assert.deepEqual(await Deno.readFile(path), LIBRARY);
    assert.deepEqual(await beside(path), ["libx.so"]);
    await assertGone(first.folders);
    assert.match(
      told.join("\n"),
      /^Fetching pack 1\.2 \(0\.0 MB\) with python3 -m pip$/,
    );

    const second = machine();
    assert.equal(await setUp({ run: second.run }), "there");
    assert.deepEqual(second.calls, []);
    assert.deepEqual(await Deno.readFile(path), LIBRARY);
  });
});

const damages: Record<string, Uint8Array> = {
  "one byte is another": LIBRARY.with(500, 252),
  "it is cut short": LIBRARY.subarray(0, 99_999),
  "it is empty": new Uint8Array(0),
};
for (const [kind, bytes] of Object.entries(damages)) {
  Deno.test(`setUpOnednn() sets a file aside and fetches it again when ${kind}`, async () => {
    await inPlace(async (path, setUp, told) => {
      await setUp();
      await Deno.writeFile(path, bytes);
      assert.equal(await setUp(), "fetched");
      assert.deepEqual(await Deno.readFile(path), LIBRARY);
      assert.deepEqual(await Deno.readFile(`${path}.corrupt-1`), bytes);
      const text = told.join("\n");
      assert(text.includes(`Set aside as "${path}.corrupt-1": it`), text);
      // Nothing is overwritten the next time either.
      await Deno.writeFile(path, bytes);
      await setUp();
      assert.deepEqual(await beside(path), [
        "libx.so",
        "libx.so.corrupt-1",
        "libx.so.corrupt-2",
      ]);
    });
  });
}

const wrong: Record<string, {
  readonly wheel: Uint8Array;
  readonly source?: WheelFile;
  readonly says: RegExp;
}> = {
  "the wheel's digest is another": {
    wheel: WHEEL.with(40, WHEEL[40]! ^ 1),
    says: new RegExp(
      `pack-1\\.2-py3-none-any\\.whl: its SHA-256 is [0-9a-f]{64}, expected ${SOURCE.wheel.sha256}`,
    ),
  },
  "the wheel is cut short": {
    wheel: WHEEL.subarray(0, 300),
    says: new RegExp(`it has 300 bytes, expected ${WHEEL.length}`),
  },
  "the file in the wheel is another": {
    wheel: WHEEL,
    source: { ...SOURCE, file: { ...SOURCE.file, sha256: "0".repeat(64) } },
    says: /"pack\.data\/lib\/libx\.so" of pack 1\.2: its SHA-256 is .* 0{64}/,
  },
  "the file is not in the wheel": {
    wheel: WHEEL,
    source: { ...SOURCE, member: "elsewhere" },
    says: /"elsewhere" of pack 1\.2: it is not in the wheel/,
  },
};
for (const [kind, { wheel, source = SOURCE, says }] of Object.entries(wrong)) {
  Deno.test(`setUpOnednn() leaves nothing and asks for exit code 5 when ${kind}`, async () => {
    await inPlace(async (path, setUp) => {
      const { run, folders } = machine({ wheel });
      await assert.rejects(setUp({ run, wheel: source }), (error) => {
        assert(error instanceof FingerprintError, String(error));
        assert.equal(error.exitCode, 5);
        assert.match(error.message, says);
        return true;
      });
      assert.deepEqual(await beside(path), []);
      await assertGone(folders);
    });
  });
}

Deno.test("setUpOnednn() takes the first pip that runs", async () => {
  for (const pip of ["pip3", "pip", "python -m pip"]) {
    await inPlace(async (path, setUp) => {
      const { run, calls } = machine({ pip });
      assert.equal(await setUp({ run }), "fetched");
      assert.deepEqual(await Deno.readFile(path), LIBRARY);
      assert.equal(calls[0], "python3 -m pip --version");
      assert(calls.at(-1)!.startsWith(`${pip} download `), `${calls.at(-1)}`);
    });
  }
});

/** Machines that are no help, and what is said. */
const helpless: Record<string, {
  readonly options: Partial<SetupOptions>;
  readonly says: RegExp;
}> = {
  "there is no pip": {
    options: { run: machine({ pip: "none" }).run },
    says: /^Cannot find pip: tried "python3 -m pip", "pip3", "pip", /,
  },
  "pip finds no wheel": {
    options: {
      run: machine({
        code: 1,
        stderr: "a\nb\nERROR: no network\nERROR: No matching distribution\n",
      }).run,
    },
    says:
      /^Cannot fetch pack 1\.2: python3 -m pip ended with code 1 .*\n {2}b\n {2}ERROR: no network\n {2}ERROR: No matching distribution\n/,
  },
  "the system is macOS": {
    options: { platform: { os: "darwin", arch: "x86_64" } },
    says: /the machine is darwin x86_64, expected linux x86_64/,
  },
  "the system is Windows": {
    options: { platform: { os: "windows", arch: "x86_64" } },
    says: /the machine is windows x86_64, expected linux x86_64/,
  },
  "the processor is an arm64": {
    options: { platform: { os: "linux", arch: "aarch64" } },
    says: /the machine is linux aarch64, expected linux x86_64/,
  },
};
for (const [kind, { options, says }] of Object.entries(helpless)) {
  Deno.test(`setUpOnednn() names other ways and asks for exit code 2 when ${kind}`, async () => {
    await inPlace(async (path, setUp) => {
      await assert.rejects(setUp(options), (error) => {
        assert(error instanceof UsageError, String(error));
        assert.equal(error.exitCode, 2);
        assert.match(error.message, says);
        assert.match(error.message, /apt-get install libdnnl2/);
        assert.match(error.message, /N2N_ONEDNN_LIBRARY/);
        return true;
      });
      assert.deepEqual(await beside(path), []);
    });
  });
}

Deno.test("setUpOnednn() says so when the folder cannot be written", async () => {
  await inPlace(async (path, setUp) => {
    const parent = path.split("/").slice(0, -2).join("/");
    await Deno.writeTextFile(parent, "a file in the folder's place");
    await assert.rejects(setUp(), (error) => {
      assert(error instanceof FileError, String(error));
      assert(error.message.includes(path), error.message);
      return true;
    });
  });
});

Deno.test("setup:onednn --help explains it and exits with 0", async () => {
  const script = new URL(
    "../../experiments/setup_onednn.ts",
    import.meta.url,
  );
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", fileURLToPath(script), "--help"],
  }).output();
  const text = new TextDecoder();
  assert.equal(text.decode(stderr), "");
  assert.equal(code, 0);
  assert.match(text.decode(stdout), /^deno task setup:onednn: Fetch oneDNN/);
});
