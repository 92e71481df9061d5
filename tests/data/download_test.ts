import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  download,
  type DownloadOptions,
  type Fetch,
} from "../../lib/data/fetch/download.ts";
import { keepPart } from "../../lib/data/fetch/_part.ts";
import { inFolder, listFiles } from "./_fixture.ts";
import { type Answer, withServer } from "./_server.ts";

const SIZE = 300_000;
const FILE = Uint8Array.from({ length: SIZE }, (_, i) => (i * i) % 251);
const OTHER = Uint8Array.from({ length: SIZE }, (_, i) => (i * i) % 241);
const TAGGED = { bytes: FILE, headers: { etag: '"one"' } };

function md5(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

function optionsIn(folder: string): DownloadOptions {
  return {
    path: `${folder}/file`,
    fetch: (url, init) => fetch(url, init),
    timeouts: { answerMs: 2000, stallMs: 200, paceMs: 9e5, retryMs: 1 },
    maxBytes: 1 << 20,
    onBytes: () => {},
  };
}

/** Downloads from a server, in a folder. */
async function withDownload(
  answers: readonly Answer[],
  test: (context: {
    readonly get: (
      options?: Partial<DownloadOptions>,
    ) => ReturnType<typeof download>;
    readonly asked: Parameters<Parameters<typeof withServer>[1]>[0]["asked"];
    readonly folder: string;
  }) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    await withServer(
      (number) => answers[number] ?? { status: 404 },
      async ({ origin, asked }) => {
        const get = (options: Partial<DownloadOptions> = {}) =>
          download(`${origin}/file`, { ...optionsIn(folder), ...options });
        await test({ get, asked, folder });
      },
    );
  });
}

async function assertGot(
  { md5: found, bytes }: Awaited<ReturnType<typeof download>>,
  { folder, expected = FILE }: {
    readonly folder: string;
    readonly expected?: Uint8Array;
  },
): Promise<void> {
  assert.equal(found, md5(expected));
  assert.equal(bytes, expected.length);
  await keepPart(`${folder}/file`);
  assert.equal(md5(await Deno.readFile(`${folder}/file`)), md5(expected));
  assert.deepEqual(listFiles(folder), ["file"]);
}

Deno.test({
  name: "download() gets a file over HTTP and leaves no connection open",
  sanitizeResources: true,
  sanitizeOps: true,
  async fn() {
    await withDownload([TAGGED], async ({ get, asked, folder }) => {
      const seen: (number | undefined)[][] = [];
      const got = await get({ onBytes: (...progress) => seen.push(progress) });
      assert.equal(got.isJoined, false);
      await assertGot(got, { folder });
      assert.deepEqual(seen.at(-1), [SIZE, SIZE]);
      assert.equal(asked[0]!.range, null);
    });
  },
});

Deno.test({
  name: "download() closes the connection when the server stalls",
  sanitizeResources: true,
  sanitizeOps: true,
  async fn() {
    const stall: Answer = { ...TAGGED, stopAfter: 10, stop: "silence" };
    await withDownload(Array(4).fill(stall), async ({ get, asked }) => {
      await assert.rejects(get(), {
        message: "the server is silent for 0.2 s",
      });
      assert.equal(asked.length, 4);
    });
  },
});

Deno.test("download() asks once when the server never answers", async () => {
  await withDownload([{}], async ({ get, asked, folder }) => {
    await assert.rejects(
      get({ timeouts: { answerMs: 50, stallMs: 50, paceMs: 9e5, retryMs: 1 } }),
      { message: "the server is silent for 0.05 s" },
    );
    assert.equal(asked.length, 1);
    assert.deepEqual(listFiles(folder), []);
  });
});

Deno.test("download() gives a reason when nobody listens", async () => {
  let url = "";
  await withServer(() => ({}), ({ origin }) => {
    url = origin;
    return Promise.resolve();
  });
  await inFolder(async (folder) => {
    await assert.rejects(
      download(`${url}/`, optionsIn(folder)),
      /Connection refused/i,
    );
  });
});

Deno.test("download() goes on in one call after cuts and silence, wherever they are", async () => {
  const old = { "last-modified": "Wed, 21 Oct 2015 07:28:00 GMT" };
  for (const headers of [TAGGED.headers, old]) {
    for (const stopAfter of [1, 9_999, 10_000, 123_457, SIZE - 1]) {
      const answers: Answer[] = [
        { bytes: FILE, headers, stopAfter },
        { bytes: FILE, headers, stopAfter: 1, stop: "silence" },
        { bytes: FILE, headers },
      ];
      await withDownload(answers, async ({ get, asked, folder }) => {
        const seen: number[] = [];
        const got = await get({ onBytes: (bytes) => seen.push(bytes) });
        await assertGot(got, { folder });
        assert(seen.every((bytes, i) => i === 0 || bytes > seen[i - 1]!));
        // Not a byte came twice.
        assert.equal(asked.reduce((sum, { sent }) => sum + sent, 0), SIZE);
        assert.equal(asked[1]!.range, `bytes=${stopAfter}-`);
        assert.equal(asked[1]!.ifRange, Object.values(headers)[0]);
      });
    }
  }
});

Deno.test("download() goes on in a later call, and counts what was there", async () => {
  const cut = { ...TAGGED, stopAfter: 50_000 };
  const answers = [cut, ...Array(3).fill({ ...TAGGED, stopAfter: 0 }), TAGGED];
  await withDownload(answers, async ({ get, asked, folder }) => {
    await assert.rejects(get(), /error reading a body|ends after 50000 of/);
    assert.deepEqual(listFiles(folder), ["file.part", "file.part.json"]);
    const seen: (number | undefined)[][] = [];
    const got = await get({ onBytes: (...progress) => seen.push(progress) });
    assert.equal(got.isJoined, true);
    await assertGot(got, { folder });
    const [bytes, totalBytes] = seen[0]!;
    assert(bytes! > 50_000 && bytes! <= 60_000, `${bytes}`);
    assert.equal(totalBytes, SIZE);
    assert.equal(asked.at(-1)!.sent, SIZE - 50_000);
  });
});

Deno.test("download() gives up after three more tries that get it nowhere", async () => {
  const cut = { ...TAGGED, stopAfter: 100 };
  await withDownload(Array(9).fill(cut), async ({ get, asked, folder }) => {
    await assert.rejects(get());
    assert.equal(asked.length, 4);
    const { size } = await Deno.stat(`${folder}/file.part`);
    assert.equal(size, 400);
  });
});

Deno.test("download() does not give up while it gets ahead by a MiB a try", async () => {
  const bytes = new Uint8Array(7 << 20);
  const cut = { bytes, headers: TAGGED.headers, stopAfter: 1 << 20 };
  await withDownload(Array(9).fill(cut), async ({ get, asked, folder }) => {
    const got = await get({ maxBytes: 1 << 30 });
    await assertGot(got, { folder, expected: bytes });
    assert.equal(asked.length, 7);
  });
});

Deno.test("download() gives up when a server without ranges cuts at the same place again and again", async () => {
  const bytes = new Uint8Array(3 << 20);
  const cut = {
    bytes,
    headers: TAGGED.headers,
    ranges: false,
    stopAfter: 2 << 20,
  };
  await withDownload(Array(9).fill(cut), async ({ get, asked }) => {
    await assert.rejects(get({ maxBytes: 1 << 30 }));
    // Two MiB again are not ahead of two MiB.
    assert.equal(asked.length, 4);
  });
});

/** What must make a download begin anew: the second answer is another's. */
const RESTARTS: Readonly<Record<string, readonly Answer[]>> = {
  "the server knows no ranges": [{ ...TAGGED, ranges: false }],
  "the file has another tag": [{ bytes: OTHER, headers: { etag: '"two"' } }],
  "the file has another tag and If-Range is not understood": [
    { bytes: OTHER, headers: { etag: '"two"' }, ranges: "always" },
    { bytes: OTHER, headers: { etag: '"two"' } },
  ],
  "the file has another length and no tag": [
    { bytes: OTHER.slice(5), ranges: "always" },
    { bytes: OTHER },
  ],
  "the file has become shorter (416)": [
    { bytes: OTHER.slice(0, 20_000), ranges: "always" },
    { bytes: OTHER },
  ],
};

for (const [reason, answers] of Object.entries(RESTARTS)) {
  for (const call of ["the same", "a later"]) {
    Deno.test(`download() starts over in ${call} call when ${reason}`, async () => {
      const none = { ...TAGGED, stopAfter: 0 };
      const first = { ...TAGGED, stopAfter: 50_000 };
      const all = call === "the same"
        ? [first, ...answers]
        : [first, none, none, none, ...answers];
      await withDownload(all, async ({ get, asked, folder }) => {
        if (call === "a later") await assert.rejects(get());
        const got = await get();
        assert.equal(got.isJoined, false);
        const expected = answers.at(-1)!.bytes!;
        await assertGot(got, { folder, expected });
        assert.equal(asked.length, all.length);
        assert.equal(
          asked[all.length - answers.length]!.range,
          "bytes=50000-",
        );
      });
    });
  }
}

/** First answers that cannot be recognised again. */
const UNKNOWN: Readonly<Record<string, Answer>> = {
  "no tag and no date": { bytes: FILE },
  "a weak tag": {
    bytes: FILE,
    headers: {
      etag: 'W/"one"',
      "last-modified": "Wed, 21 Oct 2015 07:28:00 GMT",
    },
  },
  "a date of this very moment": {
    bytes: FILE,
    headers: {
      date: "Wed, 21 Oct 2015 07:28:00 GMT",
      "last-modified": "Wed, 21 Oct 2015 07:28:00 GMT",
    },
  },
  "no length": { ...TAGGED, isChunked: true },
};

for (const [reason, answer] of Object.entries(UNKNOWN)) {
  Deno.test(`download() asks for all again and leaves nothing when the answer has ${reason}`, async () => {
    const cut: Answer = { ...answer, stopAfter: 50_000, stop: "silence" };
    await withDownload([cut, cut, cut, cut, cut, answer], async (context) => {
      const { get, asked, folder } = context;
      await assert.rejects(get(), /silent/);
      assert.deepEqual(listFiles(folder), []);
      const got = await get();
      assert.equal(got.isJoined, false);
      await assertGot(got, { folder });
      assert(asked.every(({ range }) => range === null));
    });
  });
}

Deno.test("download() keeps what it has when the server refuses for now, and does not ask twice", async () => {
  const none = { ...TAGGED, stopAfter: 0 };
  const first = { ...TAGGED, stopAfter: 50_000 };
  const answers = [first, none, none, none, { status: 503 }, TAGGED];
  await withDownload(answers, async ({ get, asked, folder }) => {
    await assert.rejects(get());
    await assert.rejects(get(), {
      message: "the server answers with status 503",
    });
    assert.equal(asked.length, 5);
    await assertGot(await get(), { folder });
    assert.equal(asked.at(-1)!.sent, SIZE - 50_000);
  });
});

Deno.test("download() never joins bytes of two addresses, and keeps the old until the new come", async () => {
  await inFolder(async (folder) => {
    const none = { ...TAGGED, stopAfter: 0 };
    const first = { ...TAGGED, stopAfter: 50_000 };
    const answers: Answer[] = [
      first,
      none,
      none,
      none,
      { status: 404 },
      TAGGED,
    ];
    await withServer((number) => answers[number]!, async (server) => {
      const { origin, asked } = server;
      const options = optionsIn(folder);
      await assert.rejects(download(`${origin}/one`, options));
      await assert.rejects(download(`${origin}/two`, options), /404/);
      const { size } = await Deno.stat(`${folder}/file.part`);
      assert.equal(size, 50_000);
      const got = await download(`${origin}/two`, options);
      assert.equal(got.isJoined, false);
      await assertGot(got, { folder });
      assert.equal(asked.at(-1)!.range, null);
    });
  });
});

Deno.test("download() takes bytes without a readable origin for none", async () => {
  for (const text of [undefined, "", "{", "null", '{"url":"x"}']) {
    await withDownload([TAGGED], async ({ get, asked, folder }) => {
      await Deno.writeFile(`${folder}/file.part`, FILE.slice(0, 1000));
      if (text !== undefined) {
        await Deno.writeTextFile(`${folder}/file.part.json`, text);
      }
      await assertGot(await get(), { folder });
      assert.equal(asked[0]!.range, null);
    });
  }
});

Deno.test("download() asks for nothing when all bytes are there already", async () => {
  await withDownload([TAGGED], async ({ get, asked, folder }) => {
    await get();
    const got = await get();
    assert.equal(got.isJoined, true);
    assert.equal(asked.length, 1);
    await assertGot(got, { folder });
  });
});

Deno.test("download() gives up and leaves nothing when the answer is longer than it may be", async () => {
  for (const isChunked of [false, true]) {
    await withDownload([{ ...TAGGED, isChunked }], async (context) => {
      await assert.rejects(context.get({ maxBytes: SIZE - 1 }), {
        message: `the answer is longer than ${SIZE - 1} bytes`,
      });
      // With a length, not a byte is taken; without one, no more than may be.
      assert.equal(context.asked.length, 1);
      assert.deepEqual(listFiles(context.folder), []);
    });
  }
});

Deno.test("download() keeps a file as it is stored when the server calls it encoded", async () => {
  const headers = { ...TAGGED.headers, "content-encoding": "gzip" };
  await withDownload([{ bytes: FILE, headers }], async ({ get, folder }) => {
    await assertGot(await get(), { folder });
  });
});

Deno.test("download() tries no more when its caller fails", async () => {
  await withDownload([TAGGED, TAGGED], async ({ get, asked }) => {
    const fault = new Error("the caller's own");
    await assert.rejects(
      get({
        onBytes: () => {
          throw fault;
        },
      }),
      fault,
    );
    assert.equal(asked.length, 1);
  });
});

Deno.test("download() holds a few pieces in memory, however long the file", async () => {
  const piece = new Uint8Array(1 << 20);
  const count = 300;
  const endless: Fetch = () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        // A copy each, so that pieces that are kept add up.
        if (sent++ === count) controller.close();
        else controller.enqueue(piece.slice().fill(sent));
      },
    });
    return Promise.resolve(new Response(body));
  };
  await inFolder(async (folder) => {
    // Of this thread alone: others of the process test something else meanwhile.
    const before = Deno.memoryUsage();
    let most = 0;
    const { bytes } = await download("http://first.test/", {
      ...optionsIn(folder),
      fetch: endless,
      maxBytes: 1 << 30,
      onBytes: () => {
        const { external } = Deno.memoryUsage();
        most = Math.max(most, external - before.external);
      },
    });
    assert.equal(bytes, count << 20);
    assert(most < 150 << 20, `${most >> 20} MiB for ${count} MiB`);
  });
});
