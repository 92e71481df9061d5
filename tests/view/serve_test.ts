import assert from "node:assert/strict";
import { openResults, serveView } from "../../lib/view/mod.ts";
import { inFolder, liveNote, noteRun, writeStore } from "./_folder.ts";

const NOW = 1_800_000_000_000;

/** Serves a folder to a test. */
async function served(
  test: (address: string, folder: string) => Promise<void>,
  token?: string,
): Promise<void> {
  await inFolder(async (folder) => {
    const results = openResults(folder, { nowMs: () => NOW });
    const server = await serveView({
      results,
      folder: "<&results",
      name: "view",
      hostname: "127.0.0.1",
      port: 0,
      token,
    });
    try {
      await test(`http://127.0.0.1:${server.port}`, folder);
    } finally {
      await server.close();
      results.close();
    }
  });
}

async function statusOf(
  address: string,
  init: RequestInit = {},
): Promise<number> {
  const response = await fetch(address, { redirect: "manual", ...init });
  await response.body?.cancel();
  return response.status;
}

Deno.test("serveView() serves the page with a policy that allows nothing from elsewhere", async () => {
  await served(async (address) => {
    const page = await fetch(`${address}/`);
    assert.match(await page.text(), /<title>n2n: &lt;&amp;results<\/title>/);
    const policy = page.headers.get("content-security-policy")!;
    assert.match(policy, /default-src 'none'; script-src 'self'/);
    assert.doesNotMatch(policy, /unsafe/);
    for (const name of ["page.js", "page.css"]) {
      assert.equal(await statusOf(`${address}/${name}`), 200);
    }
    assert.equal(await statusOf(`${address}/other`), 404);
    assert.equal(await statusOf(`${address}/course?run=none`), 404);
    assert.equal(await statusOf(`${address}/`, { method: "POST" }), 405);
  });
});

Deno.test("serveView() refuses names that are not this machine's", async () => {
  await served(async (address) => {
    const { port } = new URL(address);
    // What a page elsewhere would send whose name leads here.
    const connection = await Deno.connect({ port: Number(port) });
    const request = "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n";
    await connection.write(new TextEncoder().encode(request));
    const bytes = new Uint8Array(200);
    const length = await connection.read(bytes);
    connection.close();
    const text = new TextDecoder().decode(bytes.subarray(0, length!));
    assert.match(text, /^HTTP\/1\.1 403 /);
  });
});

Deno.test("serveView() shows whoever knows the token, and nobody else", async () => {
  await served(async (address) => {
    assert.equal(await statusOf(`${address}/`), 403);
    assert.equal(await statusOf(`${address}/events`), 403);
    assert.equal(await statusOf(`${address}/?token=secreT`), 403);
    const shown = await fetch(`${address}/?token=secret`, {
      redirect: "manual",
    });
    await shown.body?.cancel();
    assert.equal(shown.status, 303);
    const cookie = shown.headers.get("set-cookie")!;
    assert.match(cookie, /HttpOnly; SameSite=Strict/);
    const headers = { cookie: cookie.split(";")[0]! };
    assert.equal(await statusOf(`${address}/`, { headers }), 200);
    assert.equal(
      await statusOf(`${address}/`, { headers: { cookie: "n2n-view=other" } }),
      403,
    );
  }, "secret");
});

Deno.test("serveView() tells what changed, and only then", async () => {
  await served(async (address, folder) => {
    const events = await fetch(`${address}/events`);
    const reader = events.body!.pipeThrough(new TextDecoderStream())
      .getReader();
    const next = async () => (await reader.read()).value!;
    assert.equal(
      await next(),
      'retry: 2000\nevent: runs\ndata: {"runs":[]}\n\n',
    );
    // It looks again meanwhile, and has nothing to tell.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const store = writeStore(folder);
    noteRun(store, liveNote(NOW));
    const told = JSON.parse((await next()).split("data: ")[1]!);
    assert.equal(told.runs[0].state, "running");
    noteRun(store, liveNote(NOW, { state: "failed", reason: "no winner" }));
    const again = JSON.parse((await next()).split("data: ")[1]!);
    assert.equal(again.runs[0].reason, "no winner");
    store.close();
    await reader.cancel();
  });
});
