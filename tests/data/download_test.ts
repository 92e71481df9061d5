import assert from "node:assert/strict";
import { download } from "../../lib/data/_download.ts";

/** A server on this machine; `fetch` is the real one. */
async function withServer(
  handler: (request: Request) => Response | Promise<Response>,
  test: (url: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    handler,
  );
  try {
    await test(`http://127.0.0.1:${server.addr.port}/file`);
  } finally {
    await server.shutdown();
  }
}

const OPTIONS = {
  fetch: (url: string, init: { signal: AbortSignal }) => fetch(url, init),
  timeouts: { answerMs: 2000, stallMs: 100 },
  maxBytes: 1 << 20,
  onBytes: () => {},
};

Deno.test({
  name: "download() gets a file over HTTP and leaves no connection open",
  sanitizeResources: true,
  sanitizeOps: true,
  async fn() {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
    await withServer(() => new Response(bytes), async (url) => {
      const seen: (number | undefined)[][] = [];
      const got = await download(url, {
        ...OPTIONS,
        onBytes: (...progress) => seen.push(progress),
      });
      assert.deepEqual(got, bytes);
      assert.deepEqual(seen.at(-1), [300_000, 300_000]);
    });
  },
});

Deno.test({
  name: "download() closes the connection when the server stalls",
  sanitizeResources: true,
  sanitizeOps: true,
  async fn() {
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    const body = () =>
      new ReadableStream({
        start: (controller) => controller.enqueue(new Uint8Array(10)),
        cancel: () => close(),
      });
    await withServer(() => new Response(body()), async (url) => {
      await assert.rejects(download(url, OPTIONS), {
        message: "the server is silent for 0.1 s",
      });
      await closed;
    });
  },
});

Deno.test("download() gives up when the server never answers", async () => {
  const { promise: end, resolve: finish } = Promise.withResolvers<void>();
  await withServer(
    async () => {
      await end;
      return new Response("late");
    },
    async (url) => {
      await assert.rejects(
        download(url, {
          ...OPTIONS,
          timeouts: { answerMs: 50, stallMs: 50 },
        }),
        { message: "the server is silent for 0.05 s" },
      );
      finish();
    },
  );
});

Deno.test("download() gives a reason when nobody listens", async () => {
  let port = 0;
  await withServer(() => new Response(""), (url) => {
    port = Number(new URL(url).port);
    return Promise.resolve();
  });
  await assert.rejects(
    download(`http://127.0.0.1:${port}/`, OPTIONS),
    /Connection refused/i,
  );
});
