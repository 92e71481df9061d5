/** `deno task queue`: a real server's life, and where its password is not. */

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Queue, Worker } from "bullmq";
import { EXIT, runCommand } from "../../lib/cli/mod.ts";
import {
  type QueueAddress,
  readQueueAddress,
} from "../../lib/queue/address.ts";
import { connectQueue } from "../../lib/queue/connect.ts";
import {
  answerKey,
  PREFIX,
  PROTOCOL,
  QUEUES_KEY,
} from "../../lib/queue/names.ts";
import { announce, withdraw } from "../../lib/queue/presence.ts";
import {
  type StartOptions,
  startServer,
} from "../../lib/queue/server/start.ts";
import { stopServer } from "../../lib/queue/server/stop.ts";
import { isServer } from "../../lib/queue/server/_process.ts";
import { findServer } from "../../lib/queue/server/_find.ts";
import { inTemporaryFolder } from "../cli/_temporary.ts";
import { PROJECT } from "../experiments/_run.ts";
import { testWithServer, withServer } from "./_bare_server.ts";
import { freePort } from "./_server.ts";

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `deno task queue` as a user does; no password may be in what it says. */
async function queue(share: string, ...args: string[]): Promise<Said> {
  const said = await runCommand(Deno.execPath(), [
    ...["run", "--quiet", "--no-check", "--allow-all"],
    ...[`${PROJECT}experiments/queue.ts`, ...args, "--share", share],
  ]);
  assert(said !== undefined);
  const { password } = await readFile(share);
  assert(password === undefined || !JSON.stringify(said).includes(password));
  return said;
}

// deno-lint-ignore no-explicit-any
async function readFile(share: string): Promise<any> {
  try {
    return JSON.parse(await Deno.readTextFile(`${share}/queue.json`));
  } catch {
    return {};
  }
}

async function join(share: string) {
  return await connectQueue(await readQueueAddress(`${share}/queue.json`));
}

async function pidOf(share: string): Promise<number> {
  return Number(await Deno.readTextFile(`${share}/server/server.pid`));
}

/** Runs a test in a folder whose server is gone afterwards. */
async function inShare(run: (share: string) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const share = `${folder}/share with "blanks"`;
    try {
      await run(share);
    } finally {
      const pid = await pidOf(share).catch(() => undefined);
      if (pid !== undefined) await runCommand("kill", ["-KILL", `${pid}`]);
    }
  });
}

/** A queue with one job in the hands of a worker, one left by a dead one, one waiting. */
const NAME = `n2n-${PROTOCOL}-0123456789abcdef`;

testWithServer(
  "deno task queue starts, shows, stops and continues a server",
  async () => {
    await inShare(async (share) => {
      // Of its own: other tests start servers on the first port that is free.
      const port = `${freePort()}`;
      const started = await queue(share, "start", "--port", port);
      assert.equal(started.code, EXIT.done, started.stderr);
      assert.match(
        started.stdout,
        /runs at redis:\/\/localhost:\d+\n.*queue\.json/,
      );
      assert.match(started.stderr, /Only this machine/);
      const file = await readFile(share);
      assert.match(file.password, /^[0-9a-f]{64}$/);
      for (const path of ["queue.json", "server/server.conf"]) {
        const { mode } = await Deno.stat(`${share}/${path}`);
        assert.equal((mode ?? 0) & 0o777, 0o600, path);
      }
      const pid = await pidOf(share);
      if (Deno.build.os === "linux") {
        const line = await Deno.readTextFile(`/proc/${pid}/cmdline`);
        const variables = await Deno.readTextFile(`/proc/${pid}/environ`);
        assert.match(line, /server/);
        assert(!`${line}${variables}`.includes(file.password));
      }

      // Once more: it runs, and is the same.
      const again = await queue(share, "start", "--port", port);
      assert.match(again.stdout, /runs already/);
      assert.deepEqual(await readFile(share), file);
      assert.equal(await pidOf(share), pid);
      await assert.rejects(
        startServer(share, { port: file.port + 1 }),
        /--port \d+: the server runs with \d+.*queue stop/,
      );

      // It keeps everything, refuses strangers, and evicts nothing.
      let redis = await join(share);
      assert.deepEqual(
        await redis.config("GET", "appendonly"),
        ["appendonly", "yes"],
      );
      await redis.set("n2n:kept", "yes");
      redis.disconnect();

      const stopped = await queue(share, "stop");
      assert.equal(stopped.code, EXIT.done, stopped.stderr);
      assert.match(stopped.stdout, /^Stopped redis:\/\/localhost/);
      assert.deepEqual(await stopServer(share), {});
      const away = await queue(share, "status");
      assert.equal(away.code, EXIT.usage);
      assert.match(
        away.stderr,
        /no server can be reached.*deno task queue start/,
      );

      // A stale queue.json: the same password, port and data.
      await startServer(share);
      assert.deepEqual(await readFile(share), file);
      redis = await join(share);
      assert.equal(await redis.get("n2n:kept"), "yes");
      redis.disconnect();
      const log = await Deno.readTextFile(`${share}/server/server.log`);
      assert(!log.includes(file.password));
    });
  },
);

testWithServer(
  "startServer() continues after kill -9, and moves from a port that is taken",
  async () => {
    await inShare(async (share) => {
      await startServer(share, { port: freePort() });
      const { port, password } = await readFile(share);
      const redis = await join(share);
      await redis.set("n2n:kept", "yes");
      // On the disk within a second.
      await sleep(1500);
      redis.disconnect();
      const pid = await pidOf(share);
      await runCommand("kill", ["-KILL", `${pid}`]);
      while (await isServer(pid)) await sleep(20);
      // Another one, with no password and with one that is not ours.
      for (const flags of [[], ["--requirepass", "another"]]) {
        await withServer({ port, flags }, async () => {
          const { isNew } = await startServer(share);
          assert.equal(isNew, true);
          const moved = await readFile(share);
          assert.notEqual(moved.port, port);
          assert.equal(moved.password, password);
          const redis = await join(share);
          assert.equal(await redis.get("n2n:kept"), "yes");
          redis.disconnect();
          await stopServer(share);
          await Deno.writeTextFile(
            `${share}/queue.json`,
            JSON.stringify({ ...moved, port }),
          );
        });
      }
    });
  },
);

testWithServer(
  "startServer() and stopServer() name the process of a server that hangs",
  async () => {
    await inShare(async (share) => {
      await startServer(share);
      const pid = await pidOf(share);
      await runCommand("kill", ["-STOP", `${pid}`]);
      for (const action of [startServer, stopServer]) {
        const error = await action(share).then(() => assert.fail(), (e) => e);
        assert.equal(error.exitCode, EXIT.usage);
        assert.match(error.message, new RegExp(`process ${pid}.*kill ${pid}$`));
      }
      assert.equal(await pidOf(share), pid);
    });
  },
);

testWithServer(
  "startServer() tells what a server says that cannot read its files",
  async () => {
    await inShare(async (share) => {
      await startServer(share, { port: freePort() });
      const before = await readFile(share);
      await stopServer(share);
      const data = `${share}/server/appendonlydir`;
      for await (const { name } of Deno.readDir(data)) {
        if (name.endsWith(".rdb")) {
          await Deno.writeTextFile(`${data}/${name}`, "x");
        }
      }
      const error = await startServer(share).then(
        () => assert.fail(),
        (e) => e,
      );
      assert.equal(error.exitCode, EXIT.usage);
      assert.match(
        error.message,
        /does not come up \(.*\w+.*\), more in ".*log"$/,
      );
      // How to join is kept: the files may be put right.
      assert.deepEqual(await readFile(share), before);
    });
  },
);

testWithServer(
  "startServer() called twice at a time starts one server",
  async () => {
    await inShare(async (share) => {
      const both = await Promise.all([startServer(share), startServer(share)]);
      assert.deepEqual(both.map(({ isNew }) => isNew).toSorted(), [
        false,
        true,
      ]);
      assert.equal(both[0].origin, both[1].origin);
    });
  },
);

testWithServer(
  "startServer() refuses a port that is taken and hosts that are not this machine",
  async () => {
    await inShare(async (share) => {
      async function refused(
        options: StartOptions,
        why: RegExp,
      ): Promise<void> {
        const error = await startServer(share, options)
          .then(() => assert.fail("was started"), (e) => e);
        assert.equal(error.exitCode, EXIT.usage, error.stack);
        assert.match(error.message, why);
      }
      await withServer({}, async (port) => {
        await refused({ port }, /another program listens/);
      });
      await refused(
        { host: "0.0.0.0" },
        /no address that a worker can connect/,
      );
      await refused({ host: "192.0.2.200" }, /not this machine/);
      await refused({ host: "nowhere.invalid" }, /no such name/);
      await refused({ host: "a b" }, /without port or blanks/);
      assert.deepEqual(await readFile(share), {}, "nothing was started");
    });
  },
);

testWithServer(
  "deno task queue status counts jobs and workers, clear empties",
  async () => {
    await inShare(async (share) => {
      await startServer(share);
      const redis = await join(share);
      const jobs = new Queue(NAME, { connection: redis, prefix: PREFIX });
      await redis.sadd(QUEUES_KEY, NAME);
      await jobs.addBulk([1, 2, 3].map((id) => ({
        name: "evaluate",
        data: {},
        opts: { jobId: `e-${id}`, priority: 1 },
      })));
      const second = redis.duplicate();
      const worker = new Worker(NAME, null, {
        connection: second,
        prefix: PREFIX,
      });
      for (const token of ["a", "b"]) await worker.getNextJob(token);
      // One of the two holders was not heard of for longer than its lock.
      await redis.del(`${jobs.toKey("e-2")}:lock`);
      await redis.set(answerKey(NAME, "e-0"), "{}");
      await announce(redis, {
        id: "w1",
        queue: NAME,
        protocol: PROTOCOL,
        engine: { name: "onednn", version: "3.7", instructionSet: "avx512" },
        threads: 4,
        host: "node17",
        pid: 4711,
        upSeconds: 75,
        running: 2,
        done: 40,
      });
      const { stdout, stderr } = await queue(share, "status");
      const row = (title: string) =>
        stdout.split("\n").find((line) => line.startsWith(`| ${title}`))
          ?.split("|").map((cell) => cell.trim()).slice(1, -1);
      // workers, waiting, running, stalled, done
      assert.deepEqual(row(NAME)?.slice(0, 6), [NAME, "1", "1", "2", "1", "1"]);
      assert.deepEqual(
        row("node17"),
        [
          "node17",
          "4711",
          "onednn 3.7",
          "avx512",
          NAME,
          "4",
          "2",
          "40",
          "1 min 15 s",
        ],
      );
      assert.equal(stderr, "");
      await withdraw(redis, "w1");
      const alone = await queue(share, "status");
      assert.match(alone.stderr, /jobs wait and no worker takes them/);

      await redis.set("another's", "yes");
      const asked = await queue(share, "clear");
      assert.equal(asked.code, EXIT.usage);
      assert.match(
        asked.stderr,
        /1 waiting jobs, 2 running and 1 answers.*--yes/,
      );
      assert.equal(await redis.exists(jobs.toKey("e-1")), 1);
      const cleared = await queue(share, "clear", "--yes");
      assert.equal(cleared.code, EXIT.done, cleared.stderr);
      assert.deepEqual(
        (await redis.keys("*")).toSorted(),
        ["another's", QUEUES_KEY],
      );
      await worker.close(true);
      second.disconnect();
      redis.disconnect();
    });
  },
);

const lacksOpenssl = await runCommand("openssl", ["version"]) === undefined;
testWithServer(
  "startServer() with TLS encrypts, and workers trust that server alone",
  async () => {
    await inShare(async (share) => {
      if (lacksOpenssl) {
        await assert.rejects(
          startServer(share, { tls: true }),
          /there is no openssl/,
        );
        return;
      }
      const { origin } = await startServer(share, {
        tls: true,
        port: freePort(),
      });
      assert.match(origin, /^rediss:\/\/localhost/);
      const file = await readFile(share);
      const { mode } = await Deno.stat(`${share}/server/key.pem`);
      assert.equal((mode ?? 0) & 0o777, 0o600);
      const redis = await join(share);
      assert.equal(await redis.ping(), "PONG");
      redis.disconnect();
      const { host, port, password, tls } = file;
      const address = { host, port, password, origin: "there" };
      async function refused(
        change: Partial<QueueAddress>,
        why: RegExp,
      ): Promise<void> {
        await assert.rejects(
          connectQueue({ ...address, ...change }, { timeoutMs: 2000 }),
          why,
        );
      }
      // Signed by nobody that the system knows, and not encrypted at all.
      await refused({ tls: {} }, /certificate is not trusted.*queue\.json/);
      await refused({}, /else: rediss:|no server can be reached/);
      // A restart shows the same certificate: copies of queue.json stay good.
      await stopServer(share);
      await startServer(share);
      assert.deepEqual(await readFile(share), file);
      assert.equal(tls.ca.match(/BEGIN CERTIFICATE/g).length, 1);
    });
  },
);

Deno.test("findServer() says how to get a server where there is none", async () => {
  await assert.rejects(
    findServer(() => Promise.resolve(undefined)),
    /apt install redis-server.*conda-forge.*brew/,
  );
  const result = { code: 0, stderr: "" };
  const found = await findServer((command) =>
    Promise.resolve(
      command === "redis-server"
        ? { ...result, stdout: "Redis server v=7.0.15 sha=0" }
        : undefined,
    )
  );
  assert.deepEqual(found, {
    command: "redis-server",
    title: "Redis",
    version: "7.0.15",
  });
});
