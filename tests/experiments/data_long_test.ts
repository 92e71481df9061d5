import assert from "node:assert/strict";
import { encodePng } from "../../lib/lab/pictures/contact_sheet.ts";
import { dataSetNames } from "../../lib/data/mod.ts";
import { decodePicture } from "../../lib/data/decoders/picture.ts";
import { denyNetwork, taskFlags } from "../_tasks.ts";
import { inFolder, PROJECT } from "./_run.ts";

async function data(
  args: readonly string[],
  { env = {}, cwd = PROJECT }: {
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
  } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...taskFlags("data"),
      ...[denyNetwork("data"), `${PROJECT}experiments/data.ts`, ...args],
    ],
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("data lists every set with its licence", async () => {
  const { code, stdout, stderr } = await data([]);
  assert.equal(code, 0, stderr);
  for (const name of dataSetNames()) {
    assert.match(stdout, new RegExp(`^\\| ${name} +\\|`, "m"));
  }
  assert.match(stdout, /60,000 \/ 10,000 \| 1x28x28/);
});

Deno.test("data verifies MNIST and shows it", async () => {
  await inFolder(async (folder) => {
    const verified = await data(["verify", "mnist"]);
    assert.equal(verified.code, 0, verified.stderr);
    assert.match(
      verified.stdout,
      /^mnist: train digest 1afdd7bac2b505af[0-9a-f]*, 60,000 images$/m,
    );
    assert.match(verified.stdout, /^mnist: the official content$/m);
    // Published of MNIST: no image occurs twice.
    assert.match(
      verified.stdout,
      /exact duplicates: 0 in train, 0 in test; 0 test images/,
    );
    const shown = await data(["show", "mnist"], { cwd: folder });
    assert.equal(shown.code, 0, shown.stderr);
    const png = await Deno.readFile(`${folder}/mnist.png`);
    const { width, height } = await decodePicture(png);
    assert.deepEqual([width, height], [1096, 1256]);
    const out = `${folder}/again.png`;
    const again = await data(["show", "mnist", "--out", out]);
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(await Deno.readFile(out), png);
    const asSvg = await data(["show", "mnist", "--out", `${folder}/sheet.svg`]);
    assert.equal(asSvg.code, 0, asSvg.stderr);
    const svg = await Deno.readTextFile(`${folder}/sheet.svg`);
    assert.equal(svg.match(/<image /g)!.length, 64);
    assert.equal(svg.match(/<text [^>]*>[0-9]<\/text>/g)!.length, 64);
  });
});

Deno.test("data looks in the folder that N2N_DATA names, and --data goes before it", async () => {
  await inFolder(async (folder) => {
    const env = { N2N_DATA: `${folder}/none`, N2N_CACHE: `${folder}/cache` };
    const missing = await data(["fetch", "cifar10"], { env });
    assert.equal(missing.code, 2);
    assert(
      missing.stderr.includes(`N2N_DATA "${folder}/none": nothing is there, `),
    );
    await Deno.mkdir(`${folder}/own`);
    // A folder named for this set must have it; the environment's is for all sets.
    const own = `${folder}/own`;
    const cases = [
      [
        ["--data", own],
        env,
        `Cannot find SVHN (cropped digits) in "${own}": expected train_32x32.mat, test_32x32.mat`,
      ],
      [
        [],
        { ...env, N2N_DATA: own },
        `Cannot find "train_32x32.mat" of SVHN (cropped digits):\n  ${own}/train_32x32.mat: there is no such file\n`,
      ],
    ] as const;
    for (const [flags, more, message] of cases) {
      const { code, stderr } = await data(["fetch", "svhn", ...flags], {
        env: more,
      });
      assert.equal(code, 5, stderr);
      assert(stderr.includes(message), stderr);
    }
  });
});

Deno.test("data opens and shows a folder of pictures", async () => {
  await inFolder(async (folder) => {
    const env = { N2N_CACHE: `${folder}/cache` };
    for (
      const [split, shades] of [["train", [0, 90]], ["test", [200]]] as const
    ) {
      for (const name of ["left", "right"]) {
        const at = `${folder}/set/${split}/${name}`;
        await Deno.mkdir(at, { recursive: true });
        for (const shade of shades) {
          const level = name === "left" ? shade : shade + 5;
          const pixels = new Uint8Array(3 * 4 * 4).fill(level);
          await Deno.writeFile(`${at}/${shade}.png`, encodePng(pixels, 4));
        }
      }
    }
    const name = `folder:${folder}/set`;
    const { code, stdout, stderr } = await data(["verify", name], { env });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /: 0 in train, 0 in test; 0 test images are training/);
    assert.doesNotMatch(stdout, /official/);
    const show = ["show", name, "--size", "2"];
    const shown = await data([...show, "--out", "a/sheet.SVG"], {
      env,
      cwd: folder,
    });
    assert.equal(shown.code, 0, shown.stderr);
    const svg = await Deno.readTextFile(`${folder}/a/sheet.SVG`);
    assert.equal(svg.match(/>(left|right)<\/text>/g)!.length, 4);
    assert.equal((await data(show, { env, cwd: folder })).code, 0);
    await decodePicture(await Deno.readFile(`${folder}/folder.png`));
    const none = await data(["show", `folder:${folder}/none`], { env });
    assert.equal(none.code, 5, none.stderr);
  });
});

Deno.test("data says what it expects instead of what it was given", async () => {
  const names = `${dataSetNames().join(", ")}, folder:PATH`;
  const cases: readonly [readonly string[], string][] = [
    [["clean"], '"clean": expected one of list, fetch, verify, show'],
    [["verify", "mnits"], `verify "mnits": expected one of ${names}`],
    [["show"], `show nothing: expected one of ${names}`],
    [["show", "mnist", "now"], '"show mnist now": expected one name'],
    [["verify", "mnits"], '; did you mean "mnist"?'],
    [["fetch", "mnist", "--size", "9"], "--size 9: expected none, the images"],
    [["fetch", "svhn", "--skip-broken"], "--skip-broken: expected with folder"],
    [
      ["show", "mnist", "--out", "sheet.jpg"],
      "--out sheet.jpg: expected a name that ends in .png or .svg",
    ],
    [["show", "mnist", "--out", "png"], "--out png: expected a name that ends"],
    [["--data", "x"], "--data: expected none with list, only with fetch"],
    [["list", "--out", "a.png", "--skip-broken"], "--out: expected none with"],
    [["list", "--out", "a.png", "--skip-broken"], "--skip-broken: expected"],
    [["list", "--size", "9"], "--size: expected none with list"],
    [["verify", "mnist", "--out", "a.png"], "--out: expected none with verify"],
    [["--dta", "x"], 'unknown option "--dta"; did you mean "--data"?'],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await data(args);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "");
    assert(stderr.includes(message), stderr);
  }
});
