/** What docs/machines.md tells people to copy. */

import assert from "node:assert/strict";
import { basename } from "node:path";
import { parse } from "yaml";
import { readRequest } from "../../experiments/queue.ts";
import { command } from "../../experiments/worker.ts";
import { parseOptions } from "../../lib/cli/mod.ts";
import {
  connectQueue,
  QUEUE_TIMES,
  readPresences,
  readQueueAddress,
  startServer,
  stopServer,
} from "../../lib/queue/mod.ts";
import { QUEUE_FILE } from "../../lib/queue/_file.ts";
import { inTemporaryFolder } from "../cli/_temporary.ts";
import { PROJECT } from "../experiments/_run.ts";
import { blockOf, PAGE } from "./_page.ts";
import { until } from "./_server.ts";
import { testWithServer } from "./_bare_server.ts";
import { trainOne } from "./_train_one.ts";

/** The lines of a shell that are a command, continued ones joined. */
function commands(text: string): readonly string[] {
  return text.replaceAll("\\\n", " ").split("\n").map((line) =>
    line.trim().replaceAll(/\s+/g, " ")
  );
}

Deno.test("docs/machines.md has a manifest for Kubernetes that fits its commands", () => {
  const { kind, spec, metadata } = parse(blockOf("manifest"));
  assert.equal(kind, "Deployment");
  const { template, selector } = spec;
  assert.deepEqual(selector.matchLabels, template.metadata.labels);
  const [worker, ...others] = template.spec.containers;
  assert.equal(others.length, 0);

  // It calls the task as its options want it, one thread a core.
  const [deno, task, name] = worker.command;
  assert.deepEqual([deno, task, name], ["deno", "task", "worker"]);
  const options = parseOptions(command, worker.args);
  assert.equal(`${options.workers}`, worker.resources.requests.cpu);

  // All that is mounted is there, and nothing else.
  const names = (list: readonly { name: string }[]) =>
    list.map(({ name }) => name).toSorted();
  assert.deepEqual(names(worker.volumeMounts), names(template.spec.volumes));
  const place = worker.volumeMounts.find((
    { mountPath }: { mountPath: string },
  ) => options.queue.startsWith(`${mountPath}/`));
  const volume = template.spec.volumes.find(({ name }: { name: string }) =>
    name === place.name
  );

  // The secret and the config map are those that the commands make.
  const lines = commands(PAGE);
  const file = options.queue.slice(place.mountPath.length + 1);
  const made = (what: string) => lines.some((line) => line.endsWith(what));
  assert(
    made(
      `kubectl create configmap ${volume.configMap.name} --from-file=${file}=/dev/stdin`,
    ),
  );
  const { secretKeyRef } =
    worker.env.find(({ name }: { name: string }) =>
      name === "N2N_QUEUE_PASSWORD"
    ).valueFrom;
  assert(
    made(
      `kubectl create secret generic ${secretKeyRef.name} --from-file=${secretKeyRef.key}=/dev/stdin`,
    ),
  );
  assert(made(`kubectl scale deployment ${metadata.name} --replicas=50`));
  const { terminationGracePeriodSeconds } = template.spec;
  assert(1000 * terminationGracePeriodSeconds > 3 * QUEUE_TIMES.farewellMs);
});

/** A line of .gitignore as one of .dockerignore, where all patterns begin at the root. */
function inDocker(pattern: string): string {
  const path = pattern.replace(/\/$/, "");
  return path.includes("/") ? path.replace(/^\//, "") : `**/${path}`;
}

// Seen to fail: without a .dockerignore, the queue's password was copied.
Deno.test("an image of docs/machines.md has no secrets and nothing that git ignores", async () => {
  assert.match(PAGE, /^COPY \. \.$/m);
  const linesOf = async (name: string) =>
    (await Deno.readTextFile(`${PROJECT}/${name}`)).split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
  const ignored = await linesOf(".dockerignore");
  const { share } = readRequest(["start"]);
  for (const pattern of [basename(share), QUEUE_FILE]) {
    assert(ignored.includes(`**/${pattern}`), pattern);
  }
  for (const pattern of await linesOf(".gitignore")) {
    assert(ignored.includes(inDocker(pattern)), pattern);
  }
  assert(ignored.every((pattern) => !pattern.startsWith("!")));
});

testWithServer(
  "docs/machines.md names permissions with which a worker trains",
  async () => {
    await inTemporaryFolder(async (folder) => {
      const cache = `${folder}/cache`;
      await Deno.mkdir(`${cache}/queue`, { recursive: true });
      const { queueFile, origin } = await startServer(folder);
      const { host } = new URL(origin);
      const [line] = commands(blockOf("permissions"));
      const args = line!
        .replace("--allow-net=localhost:6379", `--allow-net=${host}`)
        .replace("=datasets/cache/queue", `=${cache}/queue`)
        .replace(".queue/queue.json", queueFile)
        .split(" ");
      assert.deepEqual(args.shift(), "deno");
      assert(args.includes("--no-prompt") && !args.includes("--allow-all"));
      const address = await readQueueAddress(queueFile);
      const redis = await connectQueue(address);
      const worker = new Deno.Command(Deno.execPath(), {
        args,
        cwd: PROJECT,
        env: { N2N_CACHE: cache },
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }).spawn();
      const said = new Response(worker.stderr).text();
      try {
        await until(async () => (await readPresences(redis)).length === 1);
        await trainOne(address);
        worker.kill("SIGTERM");
        const { code } = await worker.status;
        assert.equal(code, 0, await said);
        assert.match(await said, /Left after.*1 done/);
        // Data were kept for the next experiment on this machine.
        const kept = await Array.fromAsync(Deno.readDir(`${cache}/queue`));
        assert.notEqual(kept.length, 0);
      } finally {
        redis.disconnect();
        await stopServer(folder);
      }
    });
  },
);
