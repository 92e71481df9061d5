import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import { dirname } from "node:path";
import sharp from "sharp";
import { canonicalise, splitDigest } from "../../lib/data/cache/canonical.ts";
import { decodeCifar } from "../../lib/data/decoders/cifar.ts";
import {
  DataError,
  type DataProgress,
  openDataSet,
} from "../../lib/data/mod.ts";
import { openTestSplit } from "../../lib/data/test_split.ts";
import { randomStream } from "../../lib/random/mod.ts";
import { isOutOfMemory } from "../../lib/data/decoders/_memory.ts";
import { listImageFolder } from "../../lib/data/decoders/folder_listing.ts";
import { decodeImageFolder } from "../../lib/data/decoders/image_folder.ts";
import { channelStatistics } from "../../lib/data/cache/statistics.ts";
import { inFolder, listFiles, sameBytes } from "./_fixture.ts";

const random = randomStream(1, "pictures");

function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.integer(256));
}

/** A PNG of planes. */
async function png(
  planes: Uint8Array,
  channels: 1 | 3,
  width: number,
): Promise<Uint8Array> {
  const plane = planes.length / channels;
  const data = Uint8Array.from(
    planes,
    (_, i) => planes[(i % channels) * plane + Math.floor(i / channels)]!,
  );
  const image = sharp(data, {
    raw: { width, height: plane / width, channels },
  });
  return await (channels === 1 ? image.toColourspace("b-w") : image).png()
    .toBuffer();
}

/** Writes files by path. */
async function write(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  for (const [path, bytes] of Object.entries(files)) {
    await Deno.mkdir(dirname(`${folder}/${path}`), { recursive: true });
    await Deno.writeFile(`${folder}/${path}`, bytes);
  }
}

/** The smallest set that is complete. */
async function smallest(): Promise<Record<string, Uint8Array>> {
  return {
    "train/a/1.png": await png(noise(12), 3, 2),
    "train/b/1.PNG": await png(noise(12), 3, 2),
    "test/a/1.png": await png(noise(12), 3, 2),
  };
}

/** Opens `folder`/set, with the cache beside it. */
function open(
  folder: string,
  options: {
    readonly size?: number;
    readonly skipBroken?: boolean;
    readonly onProgress?: (progress: DataProgress) => void;
  } = {},
) {
  return openDataSet(`folder:${folder}/set`, {
    cacheDir: `${folder}/cache`,
    ...options,
  });
}

Deno.test("openDataSet() of a folder gives the digests of the same records in CIFAR's form", () =>
  inFolder(async (folder) => {
    const files: Record<string, Uint8Array> = {};
    const records: Record<"train" | "test", number[]> = { train: [], test: [] };
    for (let i = 0; i < 12; i++) {
      const split = i % 3 === 2 ? "test" : "train";
      const label = i % 2;
      const pixels = noise(3 * 4 * 5);
      records[split].push(label, ...pixels);
      files[`set/${split}/${["cat", "dog"][label]}/${99 - i}.png`] = await png(
        pixels,
        3,
        5,
      );
    }
    await write(folder, files);
    const set = await open(folder);
    assert.deepEqual(set.classes, ["cat", "dog"]);
    assert.deepEqual(set.shape, [3, 4, 5]);
    for (const split of ["train", "test"] as const) {
      const options = { shape: set.shape, classCount: 2, split };
      const cifar = decodeCifar(
        { all: Uint8Array.from(records[split]) },
        1,
        options,
      );
      const expected = canonicalise(cifar, options);
      assert.equal(set.digest[split], splitDigest(expected));
      if (split === "test") continue;
      // Alike in all that training sees.
      const { labels, images } = await set.loadTrain();
      assert(sameBytes(labels, expected.labels));
      assert(sameBytes(images, expected.images));
      const { mean, std } = channelStatistics(expected.images, set.shape);
      assert.deepEqual([set.mean, set.std], [mean, std]);
    }
    assert.equal((await openTestSplit(set)).count, 4);
  }));

Deno.test("openDataSet() of a folder decodes once, and anew when a picture, an option or the cache changes", () =>
  inFolder(async (folder) => {
    await write(`${folder}/set`, await smallest());
    async function decoded(options: { readonly size?: number } = {}) {
      let count = 0;
      await open(folder, {
        ...options,
        onProgress: ({ action }) => {
          if (action === "decode") count++;
        },
      });
      return count;
    }
    assert.equal(await decoded(), 3);
    assert.equal(await decoded(), 0);
    assert.equal(await decoded({ size: 4 }), 3);
    await write(`${folder}/set`, {
      "train/a/2.png": await png(noise(12), 3, 2),
    });
    assert.equal(await decoded(), 4);
    assert.equal(await decoded(), 0);
    for (
      const path of listFiles(`${folder}/cache`).filter((name) =>
        name.endsWith("train.bin")
      )
    ) await Deno.truncate(`${folder}/cache/${path}`, 300);
    assert.equal(await decoded(), 4);
    assert.equal(await decoded(), 0);
    assert.ok(
      listFiles(`${folder}/cache`).some((name) => name.endsWith(".corrupt-1")),
    );
  }));

Deno.test("openDataSet() of a folder has one channel when all is grey, else three", () =>
  inFolder(async (folder) => {
    const grey = await png(noise(4), 1, 2);
    const files = {
      "train/a/1.png": grey,
      "train/b/1.png": await png(noise(4), 1, 2),
      "test/b/1.png": await png(noise(4), 1, 2),
    };
    await write(`${folder}/set`, files);
    assert.deepEqual((await open(folder)).shape, [1, 2, 2]);
    await write(`${folder}/set`, {
      "test/a/1.png": await png(noise(12), 3, 2),
    });
    assert.deepEqual((await open(folder)).shape, [3, 2, 2]);
  }));

Deno.test("openDataSet() of a folder passes over hidden files, follows links, and says what it leaves out", () =>
  inFolder(async (folder) => {
    await write(`${folder}/set`, {
      ...await smallest(),
      "train/a/.hidden.png": noise(4),
      "train/a/notes.txt": noise(4),
      "extra/a/1.png": noise(4),
      "val/a/1.png": noise(4),
    });
    await Deno.symlink(
      `${folder}/set/train/a/1.png`,
      `${folder}/set/train/b/link.png`,
    );
    const leftOut: string[] = [];
    const set = await open(folder, {
      onProgress: ({ action, file }) => {
        if (action === "leaveOut") leftOut.push(file.slice(folder.length));
      },
    });
    assert.deepEqual(leftOut, [
      "/set/extra",
      "/set/val",
      "/set/train/a/notes.txt",
    ]);
    assert.equal((await set.loadTrain()).count, 3);
  }));

Deno.test("openDataSet() of a folder names and counts broken pictures, and leaves them out when told to", () =>
  inFolder(async (folder) => {
    await write(`${folder}/set`, {
      ...await smallest(),
      "train/a/bad.jpg": noise(40),
      "test/b/empty.webp": new Uint8Array(0),
    });
    await assert.rejects(open(folder), {
      name: "DataError",
      message:
        /^Cannot read 2 of 5 pictures:\n.*train\/a\/bad\.jpg: Cannot decode.*\n.*empty\.webp: .*\nReplace or remove them, or leave them out with --skip-broken$/,
    });
    const set = await open(folder, { skipBroken: true });
    assert.equal((await set.loadTrain()).count, 2);
    assert.equal((await openTestSplit(set)).count, 1);
  }));

Deno.test("openDataSet() of a folder refuses mixed sizes unless a size is given", () =>
  inFolder(async (folder) => {
    await write(`${folder}/set`, {
      ...await smallest(),
      "train/a/wide.png": await png(noise(18), 3, 3),
    });
    await assert.rejects(open(folder), {
      name: "DataError",
      message:
        /^Cannot use pictures of 2 sizes, expected one:\n {2}3 of 2x2\n {2}1 of 3x2\n.*--size N/,
    });
    assert.deepEqual((await open(folder, { size: 8 })).shape, [3, 8, 8]);
  }));

Deno.test("openDataSet() of a folder says what is wrong with its layout", async () => {
  const image = await png(noise(12), 3, 2);
  const cases: readonly [Record<string, Uint8Array>, RegExp][] = [
    [{}, /Cannot read ".*set": .*expected a folder train\/CLASS\/PICTURE/],
    [{ "train/a/1.png": image }, /it has train, expected train and test/],
    [
      { "train/a/1.png": image, "test/a/1.png": image },
      /pictures \(.*\) of a, expected two classes or more/,
    ],
    [
      { "train/a/1.txt": image, "test/a/1.txt": image },
      /of no class, expected two classes or more/,
    ],
    [
      {
        "train/a/1.png": image,
        "test/a/1.png": image,
        "test/b/1.png": image,
      },
      /train has no pictures of b, but test has/,
    ],
    [
      {
        "train/a/1.png": image,
        "train/b/1.png": image,
        "test/a/1.txt": image,
      },
      /test has no pictures/,
    ],
  ];
  for (const [files, message] of cases) {
    await inFolder(async (folder) => {
      await write(`${folder}/set`, files);
      await assert.rejects(open(folder), { name: "DataError", message });
    });
  }
});

Deno.test("openDataSet() refuses a size that is none, and one for a set that has its own", async () => {
  for (
    const [name, size, message] of [
      ["folder:x", 0, /size is 0, expected a whole number >= 1/],
      ["folder:x", 1.5, /size is 1.5, expected a whole number >= 1/],
      ["mnist", 32, /size is 32, expected none: its images have one size/],
    ] as const
  ) {
    await assert.rejects(openDataSet(name, { cacheDir: "unused", size }), {
      name: "RangeError",
      message,
    });
  }
});

Deno.test("openDataSet() of a folder refuses it when broken pictures were all that a split or a class had", async () => {
  const good = await png(noise(12), 3, 2);
  const bad = noise(40);
  const cases: readonly [Record<string, Uint8Array>, RegExp][] = [
    [
      { "test/a/1.png": bad, "test/b/1.png": bad },
      /:\n {2}test has 0 of 2 pictures left, expected at least 1\nReplace some of these:\n.*test\/a\/1\.png: Cannot decode/,
    ],
    [
      { "train/b/1.PNG": bad, "train/b/2.png": bad },
      /:\n {2}train has 0 of 2 pictures of "b" left, expected at least 1\nReplace/,
    ],
    [
      { "train/a/1.png": bad, "train/b/1.PNG": bad, "test/a/1.png": bad },
      /:\n {2}train has 0 of 2 pictures left, .*\n {2}test has 0 of 1 pictures left, .*\nReplace/,
    ],
  ];
  for (const [files, message] of cases) {
    await inFolder(async (folder) => {
      await write(`${folder}/set`, { ...await smallest(), ...files });
      await assert.rejects(open(folder, { skipBroken: true }), (error) => {
        assert(error instanceof DataError, String(error));
        assert.equal(error.exitCode, 5);
        assert(
          error.message.startsWith(
            `Cannot use folder "${folder}/set" without its broken pictures:\n`,
          ),
        );
        assert.match(error.message, message);
        return true;
      });
      // A class that the test split alone lacks is no fault.
      await write(`${folder}/set`, {
        ...await smallest(),
        "train/b/2.png": good,
      });
      const set = await open(folder, { skipBroken: true });
      assert.deepEqual(set.classes, ["a", "b"]);
    });
  }
});

Deno.test("decodeImageFolder() calls a picture that cannot be read no broken one", () =>
  inFolder(async (folder) => {
    await write(`${folder}/set`, {
      ...await smallest(),
      "train/a/2.png": await png(noise(12), 3, 2),
    });
    const listing = await listImageFolder(`${folder}/set`);
    const place = `${folder}/set/train/a/2.png`;
    await Deno.remove(place);
    await assert.rejects(decodeImageFolder(listing, { skipBroken: true }), {
      name: "DataError",
      message: `Cannot read "${place}": it is gone; start again`,
    });
    // What the system refuses, even to a superuser.
    await Deno.mkdir(place);
    await assert.rejects(decodeImageFolder(listing, { skipBroken: true }), {
      name: "DataError",
      message: /^Cannot read ".*2\.png": EISDIR/,
    });
  }));

Deno.test("openDataSet() of a folder calls no picture broken when the native code is missing", () =>
  inFolder(async (folder) => {
    await write(`${folder}/set`, await smallest());
    const module = import.meta.resolve("../../lib/data/mod.ts");
    const script = `${folder}/open.ts`;
    await Deno.writeTextFile(
      script,
      `import { openDataSet } from ${JSON.stringify(module)};
await openDataSet("folder:${folder}/set", {
  cacheDir: "${folder}/cache",
  skipBroken: true,
  onProgress: ({ action, file }) => {
    if (action === "leaveOut") console.log(file);
  },
});`,
    );
    const config = fileURLToPath(
      new URL("../../deno.json", import.meta.url),
    );
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-check", "--config", config],
        // All but the permission to load a library.
        ...["--no-prompt", "--allow-read", "--allow-write", "--allow-env"],
        ...["--allow-sys", script],
      ],
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder();
    assert.equal(code, 1);
    assert.equal(text.decode(stdout), "");
    assert.match(
      text.decode(stderr),
      /DataError: Cannot decode pictures: the native code of the package sharp cannot be loaded \(Could not load the "sharp" module[^\n]*\); run "deno install"/,
    );
    assert.doesNotMatch(text.decode(stderr), /Cannot (?:read|use) /);
  }));

Deno.test("isOutOfMemory() tells the machine's fault from the file's", () => {
  const full = [
    "vips_tracked: out of memory --- size == 48MB",
    "VipsJpeg: Insufficient memory (case 4)",
    "pngload_buffer: out of memory",
    "unable to allocate 12 bytes",
  ].map((message) => new Error(message));
  for (
    const error of [...full, new RangeError("Array buffer allocation failed")]
  ) {
    assert(isOutOfMemory(error), error.message);
  }
  for (
    const message of [
      "VipsJpeg: premature end of JPEG image",
      "Input buffer contains unsupported image format",
      "Input image exceeds pixel limit",
    ]
  ) assert(!isOutOfMemory(new Error(message)), message);
});
