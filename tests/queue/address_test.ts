/** Addresses of queues: what is understood, what is refused, what is not repeated. */

import assert from "node:assert/strict";
import { EXIT, UsageError } from "../../lib/cli/mod.ts";
import {
  type QueueAddress,
  readQueueAddress,
} from "../../lib/queue/address.ts";
import { inTemporaryFolder } from "../cli/_temporary.ts";

const SECRET = "correct-horse";

async function read(
  text: string,
  password?: string,
): Promise<QueueAddress> {
  return await readQueueAddress(text, {
    variable: (name) => name === "N2N_QUEUE_PASSWORD" ? password : undefined,
  });
}

async function refusal(text: string): Promise<string> {
  const error = await read(text, SECRET).then(
    () => assert.fail(`"${text}" was not refused`),
    (error) => error,
  );
  assert(error instanceof UsageError, error.stack);
  assert.equal(error.exitCode, EXIT.usage);
  assert(!error.message.includes("\n"));
  assert(!error.message.includes(SECRET), "a secret was repeated");
  return error.message;
}

Deno.test("readQueueAddress() reads addresses, the password from the environment", async () => {
  assert.deepEqual(await read("redis://node17"), {
    host: "node17",
    port: 6379,
    origin: "redis://node17:6379",
  });
  assert.deepEqual(await read("rediss://worker@10.0.0.7:7000/", SECRET), {
    host: "10.0.0.7",
    port: 7000,
    tls: {},
    username: "worker",
    password: SECRET,
    origin: "rediss://10.0.0.7:7000",
  });
  const { host, origin } = await read("redis://[fd00::2]:1");
  assert.deepEqual([host, origin], ["fd00::2", "redis://[fd00::2]:1"]);
  // A variable that is empty was not set.
  assert.equal("password" in await read("redis://a", ""), false);
});

Deno.test("readQueueAddress() refuses what is no address, and says what is one", async () => {
  for (
    const [text, wanted] of [
      [`redis://:${SECRET}@node17`, /password within.*N2N_QUEUE_PASSWORD/],
      [`redis://:${SECRET}@[node17`, /expected redis:\/\/HOST/],
      ["http://node17", /"http:\/\/node17" is no address.*expected redis:/],
      ["redis://node17/2", /says more.*expected redis:\/\/node17$/],
      ["redis://node17?x=1", /says more/],
      ["redis:///", /names no host/],
      ["nowhere/queue.json", /no file "nowhere\/queue.json"/],
    ] as const
  ) {
    assert.match(await refusal(text), wanted);
  }
});

Deno.test("readQueueAddress() reads a queue.json that its owner alone can read", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = `${folder}/queue.json`;
    const file = { format: 1, host: "node17", port: 7, password: SECRET };
    async function write(content: unknown): Promise<void> {
      const text = typeof content === "string"
        ? content
        : JSON.stringify(content);
      await Deno.writeTextFile(path, text);
    }
    await write(file);
    if (Deno.build.os !== "windows") {
      await Deno.chmod(path, 0o640);
      assert.match(await refusal(path), /mode 0640.*chmod 600/);
      await Deno.chmod(path, 0o600);
    }
    assert.deepEqual(await read(path, "another"), {
      host: "node17",
      port: 7,
      password: SECRET,
      origin: "redis://node17:7",
    });
    await write({ ...file, password: undefined, tls: { ca: "PEM" } });
    if (Deno.build.os !== "windows") {
      // Without a password there is nothing to read, but whom to trust.
      await Deno.chmod(path, 0o664);
      assert.match(await refusal(path), /can be changed by others/);
      await Deno.chmod(path, 0o644);
    }
    const address = await read(path, SECRET);
    assert.equal(address.password, SECRET);
    assert.deepEqual(address.tls, { ca: "PEM" });

    if (Deno.build.os !== "windows") await Deno.chmod(path, 0o600);
    await write({ ...file, format: 2 });
    assert.match(await refusal(path), /format.*this version/);
    await write({ ...file, port: 70_000 });
    assert.match(await refusal(path), /port/);
    await write({ ...file, code: SECRET });
    assert.match(await refusal(path), /Unrecognized key/);
    await write(JSON.stringify(file).slice(0, -5));
    await refusal(path);
    assert.match(await refusal(folder), /is a folder.*queue\.json/);
  });
});
