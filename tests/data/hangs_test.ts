/** That nothing is waited for, read or unpacked without end. */

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { createGzip } from "node:zlib";
import { DataError } from "../../lib/data/mod.ts";
import { withLock } from "../../lib/data/disk/lock.ts";
import { openIfExists, readIfExists } from "../../lib/data/disk/read.ts";
import { gunzip } from "../../lib/data/fetch/_gunzip.ts";
import { streamMembers } from "../../lib/data/fetch/archive.ts";
import { download } from "../../lib/data/fetch/download.ts";
import { inFolder } from "./_fixture.ts";

// Seen to fail: with the limit of the output taken out.
Deno.test("gunzip() stops at the bytes that are expected", async () => {
  const chunks: Uint8Array[] = [];
  const packing = createGzip();
  packing.on("data", (chunk) => chunks.push(chunk));
  const zeros = new Uint8Array(1 << 20);
  for (let i = 0; i < 64; i++) packing.write(zeros);
  packing.end();
  await new Promise((resolve) => packing.on("end", resolve));
  const bomb = new Uint8Array(await new Blob(chunks as BlobPart[]).bytes());
  assert(bomb.length < 100_000);
  await assert.rejects(gunzip(bomb, 1000), /at most 1000 unpacked bytes/);
  assert.equal((await gunzip(bomb, 64 << 20)).length, 64 << 20);
});

// Seen to fail: without the limiter, which reads to the end and finds no tar in it.
Deno.test("streamMembers() stops unpacking at the most that an archive may hold", () =>
  inFolder(async (folder) => {
    const packed = new Response(
      new Blob([new Uint8Array(8 << 20)]).stream()
        .pipeThrough(new CompressionStream("gzip")),
    );
    const path = `${folder}/bomb.tar.gz`;
    await Deno.writeFile(path, await packed.bytes());
    await assert.rejects(
      Array.fromAsync(streamMembers(path, 1 << 20)),
      { message: "it unpacks to more than 1048576 bytes, the most it may" },
    );
  }));

// Seen to fail: without the look at what a path is, when the test is waited for.
Deno.test("readIfExists() and openIfExists() read no pipe and no device", {
  ignore: Deno.build.os === "windows",
}, () =>
  inFolder(async (folder) => {
    const pipe = `${folder}/pipe`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    for (const path of [pipe, "/dev/zero"]) {
      for (const read of [readIfExists, openIfExists]) {
        await assert.rejects(
          read(path),
          (error) =>
            error instanceof DataError &&
            error.message.includes("it is a pipe or a device"),
        );
      }
    }
  }));

// Seen to fail: without the pace, when all 200 bytes come.
Deno.test("download() gives up a server that drips", () =>
  inFolder(async (folder) => {
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      () =>
        new Response(
          new ReadableStream({
            async pull(controller) {
              await sleep(5);
              controller.enqueue(Uint8Array.of(0));
            },
          }),
          { headers: { "content-length": "200", etag: '"one"' } },
        ),
    );
    try {
      await assert.rejects(
        download(`http://127.0.0.1:${server.addr.port}/`, {
          path: `${folder}/file`,
          fetch,
          timeouts: { answerMs: 5000, stallMs: 5000, paceMs: 40, retryMs: 1 },
          maxBytes: 1000,
          onBytes: () => {},
        }),
        /^(Cut|Error): the server gave \d+ bytes in 0\.04 s, expected at least 65536$/,
      );
    } finally {
      await server.shutdown();
    }
  }));

// Seen to fail: without the limit, when the test does not end.
Deno.test("withLock() says who holds a lock and since when, and waits no longer than it should", () =>
  inFolder(async (folder) => {
    const path = `${folder}/lock`;
    const heard: string[] = [];
    const held = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const holder = withLock(path, () => {
      begun.resolve();
      return held.promise;
    }, { onWait: () => {} });
    await begun.promise;
    const since = String.raw`process ${Deno.pid}, since \d{4}-\d\d-\d\dT`;
    await assert.rejects(
      withLock(path, () => Promise.resolve(), {
        onWait: (words) => heard.push(words),
        patienceMs: 1,
      }),
      (error) =>
        error instanceof DataError &&
        new RegExp(`^Cannot go on: ${since}.* holds ".*lock", waited for`)
          .test(error.message) &&
        error.message.includes("end it, and run this again"),
    );
    assert.equal(heard.length, 1);
    assert.match(heard[0]!, new RegExp(`^${since}`));
    // Who waits long enough has its turn.
    const next = withLock(path, () => Promise.resolve("done"), {
      onWait: () => held.resolve(),
    });
    assert.equal(await next, "done");
    await holder;
  }));
