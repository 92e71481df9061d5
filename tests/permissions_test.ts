/**
 * What each task may do. A task that widens fails here: whoever means it changes
 * this list and docs/permissions.md, which says what every permission is for.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { CONFIGURATION, type Permission, taskFlags } from "./_tasks.ts";
import { PROJECT } from "./experiments/_run.ts";

/** The permission set of each task that runs a script; null: it may do everything. */
const TASKS: Readonly<Record<string, string | null>> = {
  "rq1": "experiment",
  "rq2": "experiment",
  "rq3": "experiment",
  "rq4": "experiment",
  "rq5": "experiment",
  "proxy": "experiment",
  "strategies": "experiment",
  "ablation": "experiment",
  "teacher": "experiment",
  "verify": "verify",
  "regress": "experiment",
  "export": "experiment",
  "data": "data",
  "results": "results",
  "figures": "results",
  "portable": "portable",
  "engines": "engines",
  "setup:onednn": "setup",
  "setup:tfjs-node": "setup",
  "test": null,
  "test:long": null,
  "test:quick": null,
  "test:mutations": null,
  "soak": null,
  "bench": null,
  "queue": "queue",
  "worker": "worker",
  "bench:course": null,
  "view": "view",
  "demo": "demo",
  "report": "report",
  "page": null,
  "packages": "packages",
};

/** Anywhere but in the code. */
const OUTSIDE_OF_CODE: Permission = {
  allow: true,
  deny: [
    "./.git",
    "./bench",
    "./deno.json",
    "./deno.lock",
    "./experiments",
    "./lib",
    "./node_modules",
    "./tests",
  ],
};

/** Environment variables; all others seem not to be set. */
const only = (...names: readonly string[]): Permission => ({
  allow: names.toSorted(),
  ignore: true,
});

/** What engines set for their native libraries. */
const NATIVE = [
  "NVIDIA_TF32_OVERRIDE",
  "OMP_NUM_THREADS",
  "ORT_DISABLE_TELEMETRY",
  "TF_CPP_MIN_LOG_LEVEL",
  "TF_DETERMINISTIC_OPS",
  "TF_ENABLE_ONEDNN_OPTS",
  "TF_FORCE_GPU_ALLOW_GROWTH",
  "TF_NUM_INTEROP_THREADS",
  "TF_NUM_INTRAOP_THREADS",
];

/** Hosts of the data registry, with their ports. */
const HOSTS = await registryHosts();

const SETS: Readonly<Record<string, Readonly<Record<string, Permission>>>> = {
  experiment: {
    read: true,
    write: OUTSIDE_OF_CODE,
    net: ["127.0.0.1", "localhost", ...HOSTS],
    env: only(
      "INIT_CWD",
      "N2N_CACHE",
      "N2N_CALIBRATION",
      "N2N_DATA",
      "N2N_ONEDNN_LIBRARY",
      "N2N_QUEUE_PASSWORD",
      "TERM",
      ...NATIVE,
    ),
    sys: ["cpus", "hostname", "osRelease", "systemMemoryInfo"],
    run: ["cat", "deno", "git", "nvidia-smi"],
    ffi: true,
  },
  worker: {
    read: true,
    write: OUTSIDE_OF_CODE,
    net: true,
    env: only(
      "INIT_CWD",
      "N2N_CACHE",
      "N2N_CALIBRATION",
      "N2N_DATA",
      "N2N_ONEDNN_LIBRARY",
      "N2N_QUEUE_PASSWORD",
      "TERM",
      ...NATIVE,
    ),
    sys: ["cpus", "hostname"],
    run: ["cat", "deno", "nvidia-smi"],
    ffi: true,
  },
  view: {
    read: true,
    env: only("INIT_CWD"),
    net: ["127.0.0.1", "[::1]", "localhost"],
    run: ["open", "rundll32", "xdg-open"],
  },
  demo: {
    read: true,
    env: only("INIT_CWD", "N2N_CACHE"),
    net: ["127.0.0.1", "[::1]", "localhost"],
    run: ["open", "rundll32", "xdg-open"],
  },
  report: {
    read: true,
    write: OUTSIDE_OF_CODE,
    env: only("INIT_CWD", "TERM"),
  },
  queue: {
    read: true,
    write: OUTSIDE_OF_CODE,
    net: true,
    env: only("INIT_CWD", "N2N_QUEUE_PASSWORD", "TERM"),
    sys: ["hostname", "networkInterfaces"],
    run: ["openssl", "ps", "redis-server", "valkey-server"],
  },
  data: {
    read: true,
    write: OUTSIDE_OF_CODE,
    net: HOSTS,
    env: only("INIT_CWD", "N2N_CACHE", "N2N_DATA", "TERM"),
    ffi: ["./node_modules"],
  },
  results: {
    read: true,
    write: OUTSIDE_OF_CODE,
    env: only("INIT_CWD", "N2N_CACHE"),
  },
  verify: {
    read: true,
    write: OUTSIDE_OF_CODE,
    net: HOSTS,
    env: only(
      "INIT_CWD",
      "N2N_CACHE",
      "N2N_CALIBRATION",
      "N2N_DATA",
      "N2N_ONEDNN_LIBRARY",
      "TERM",
      ...NATIVE,
    ),
    sys: ["cpus", "osRelease", "systemMemoryInfo"],
    run: ["cat", "deno", "nvidia-smi", "ssh-keygen"],
    ffi: true,
  },
  engines: {
    read: true,
    env: only("N2N_ONEDNN_LIBRARY", ...NATIVE),
    run: ["cat", "deno", "nvidia-smi"],
    ffi: true,
  },
  portable: {
    read: true,
    write: true,
    env: only("INIT_CWD", "N2N_CACHE"),
    run: ["deno", "qemu-aarch64", "qemu-aarch64-static"],
  },
  packages: {
    read: true,
    write: ["./node_modules"],
    env: only("TERM"),
    run: true,
  },
  setup: {
    read: true,
    write: true,
    env: only("CXX", "INIT_CWD", "N2N_CACHE", "N2N_ONEDNN_LIBRARY", ...NATIVE),
    net: ["storage.googleapis.com:443"],
    run: [
      ...["c++", "cat", "clang++", "deno", "g++"],
      ...["pip", "pip3", "python", "python3"],
    ],
    ffi: true,
    sys: ["statfs"],
  },
};

/** "host:port" of every source of the data registry, and of whom it forwards to. */
async function registryHosts(): Promise<readonly string[]> {
  const text = await Deno.readTextFile(
    new URL("../datasets/registry.yaml", import.meta.url),
  );
  const hosts = new Set<string>();
  JSON.stringify(parse(text), (key, value) => {
    if (key === "forwardsTo") {
      for (const host of value) hosts.add(`${host}:443`);
    }
    if (key === "url") {
      const { protocol, host } = new URL(value.replaceAll("{file}", "x"));
      hosts.add(`${host}:${protocol === "https:" ? 443 : 80}`);
    }
    return value;
  });
  return [...hosts].sort();
}

// Seen to fail: with a task added, and with one program more (deno task test:mutations).
Deno.test("no task may do more than is listed", () => {
  const running = Object.entries(CONFIGURATION.tasks)
    .filter(([, { command }]) => /\bdeno (run|test)\b/.test(command));
  const sets = running.map(([name, { command }]) => {
    const [, set] = /^deno run --quiet --no-prompt -P=(\w+) \S+$/
      .exec(command) ?? [];
    assert(
      set !== undefined || TASKS[name] === null,
      `${name} is run without a set of permissions: ${command}`,
    );
    return [name, set ?? null];
  });
  assert.deepEqual(
    Object.fromEntries(sets),
    TASKS,
  );
  assert.deepEqual(CONFIGURATION.permissions, SETS);
});

Deno.test("docs/permissions.md tells of every set, host, variable and program", async () => {
  const text = await Deno.readTextFile(
    new URL("../docs/permissions.md", import.meta.url),
  );
  for (const [name, set] of Object.entries(CONFIGURATION.permissions)) {
    assert.match(text, new RegExp("^\\| `" + name + "` +\\|", "m"));
    const allowed = Object.entries(set)
      .filter(([kind]) => ["env", "run", "sys"].includes(kind))
      .flatMap(([, value]) => {
        // The task that fetches the packages runs the Deno that runs it.
        if (value === true && name === "packages") return [];
        assert(typeof value === "object");
        const words = "allow" in value ? value.allow : value;
        assert(Array.isArray(words));
        return words as readonly string[];
      });
    const hosts = Array.isArray(set.net) ? set.net as readonly string[] : [];
    const told = hosts.filter((host) =>
      !HOSTS.includes(host) || name === "setup"
    ).map((host) => host.replace(/:443$/, ""));
    for (const word of [...allowed, ...told]) {
      assert(text.includes(`\`${word}\``), `${word} of ${name} is not told`);
    }
  }
});

/** What tests/permissions_script.ts may do under a set. */
async function doneUnder(set: string): Promise<readonly string[]> {
  const script = fileURLToPath(
    new URL("permissions_script.ts", import.meta.url),
  );
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--no-prompt", `-P=${set}`, script],
    cwd: PROJECT,
  }).output();
  const text = new TextDecoder();
  assert.equal(text.decode(stderr), "");
  return JSON.parse(text.decode(stdout));
}

// Seen to fail: with "write": true in the set experiment.
Deno.test("sets of permissions refuse what they do not list", async () => {
  const outside = ["write elsewhere", "read elsewhere"];
  for (
    const [set, expected] of Object.entries({
      experiment: [...outside, "run git", "load a library"],
      data: outside,
      results: outside,
      engines: ["read elsewhere", "load a library"],
    })
  ) {
    assert.deepEqual(await doneUnder(set), expected, set);
  }
});

Deno.test("taskFlags() gives what a task runs Deno with", () => {
  assert.deepEqual(taskFlags("rq1"), [
    ...["run", "--quiet", "--no-prompt", "-P=experiment"],
  ]);
});
