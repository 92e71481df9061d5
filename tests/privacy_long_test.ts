/**
 * Nothing is sent anywhere and nothing is left outside of the folders that a user
 * names: for every engine that this machine has, for a whole search with its
 * tables and figures, and for pictures that are decoded. (onnx-cpu, whose runtime
 * would do both, has more tests: tests/engine/telemetry_long_test.ts.)
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { engineNames } from "../lib/engine/mod.ts";
import { runElsewhere, watchingObstacle } from "./_elsewhere.ts";
import { taskArgs } from "./_tasks.ts";
import { trainingDigest } from "./engine/training_digest.ts";
import { whereAvailable } from "./engine/where_available.ts";
import { writePictures } from "./experiments/_pictures.ts";
import { inFolder, PROJECT, tinyFlags } from "./experiments/_run.ts";

const SCRIPT = fileURLToPath(
  new URL("engine/telemetry_script.ts", import.meta.url),
);

const obstacle = await watchingObstacle();
const watch = obstacle === undefined;
const deed = watch ? "leaves no file and asks no host" : "leaves no file";

if (!watch) {
  Deno.test({
    name: `asking no host is skipped, because ${obstacle}`,
    ignore: true,
    fn() {},
  });
}

/** Mesa, which is the system's and not ours, keeps compiled shaders. */
const OF_DRIVERS = /^cache\/mesa_shader_cache/;

// Seen to fail: with a file written to the home folder, and a host asked, by the script.
for (const engine of engineNames().filter((name) => name !== "onnx-cpu")) {
  await whereAvailable(engine, "sending nothing", () => {
    Deno.test(`${engine} ${deed} when it trains`, async () => {
      const { code, stdout, stderr, files, sockets } = await runElsewhere(
        [
          ...["run", "--quiet", "--no-check", "--allow-all", SCRIPT],
          ...[engine, "here", "1000"],
        ],
        { watch },
      );
      assert.equal(code, 0, stderr);
      assert.equal(stdout, await trainingDigest(engine, 5));
      assert.deepEqual({
        files: files.filter((path) => !OF_DRIVERS.test(path)),
        sockets,
      }, { files: [], sockets: [] });
    });
  });
}

Deno.test(`rq1 ${deed} when it searches and draws`, async () => {
  await inFolder(async (folder) => {
    const { code, stderr, files, sockets } = await runElsewhere(
      [...taskArgs("rq1"), ...tinyFlags(`${folder}/results`)],
      {
        watch,
        env: {
          N2N_CACHE: Deno.env.get("N2N_CACHE") || `${PROJECT}datasets/cache`,
          N2N_CALIBRATION: `${PROJECT}tests/experiments/_calibration.json`,
        },
      },
    );
    assert.equal(code, 0, stderr);
    assert.deepEqual({ files, sockets }, { files: [], sockets: [] });
  });
});

Deno.test(`data ${deed} when it decodes pictures`, async () => {
  await inFolder(async (folder) => {
    await writePictures(`${folder}/pictures`, { train: 4, test: 2 });
    const { code, stderr, files, sockets } = await runElsewhere(
      [...taskArgs("data"), "verify", `folder:${folder}/pictures`],
      { watch, env: { N2N_CACHE: `${folder}/cache` } },
    );
    assert.equal(code, 0, stderr);
    assert.deepEqual({ files, sockets }, { files: [], sockets: [] });
  });
});
