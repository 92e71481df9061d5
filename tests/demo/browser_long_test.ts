import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { openEngine } from "../../lib/engine/mod.ts";
import { largest, softmax } from "../../lib/demo/page/predict.ts";
import { fillBatch } from "../../lib/data/mod.ts";
import { findChromium, inBrowser, watch } from "../pages/_browser.ts";
import { type Given, givenDemo, RESULTS, STUDENT, TEACHER } from "./_demo.ts";
import { serveTask } from "./_served.ts";

const PATH = findChromium();

/** Long enough for a machine that does much else beside. */
const PATIENCE = { timeout: 120_000 };

/** Test images that this project's engine answers. */
const COUNT = 200;

/** Probabilities of the first test images by this project's engine, by network. */
async function expectedAnswers(
  { sources, split, prepared: { demo: { data } } }: Given,
): Promise<readonly (readonly (readonly number[])[])[]> {
  const images = new Float32Array(COUNT * 28 * 28);
  fillBatch({
    split,
    indices: Uint32Array.from({ length: COUNT }, (_, row) => row),
    from: 0,
    size: COUNT,
    images,
    labels: new Int32Array(COUNT),
    mean: data.mean,
    std: data.std,
    seed: 1,
    epoch: 0,
  });
  const engine = await openEngine("onnx-cpu");
  return await Promise.all(sources.map(async ({ network, weights }) => {
    const program = await engine.compile(network, {
      loss: { crossEntropy: 1, logitMse: 0 },
      optimiser: { type: "sgd", momentum: 0, nesterov: false, weightDecay: 0 },
      batchSize: 1,
    });
    program.load(weights);
    const logits = await program.predict(images, COUNT);
    await program.dispose();
    return Array.from(
      { length: COUNT },
      (_, row) => softmax(logits.subarray(10 * row, 10 * row + 10)),
    );
  }));
}

/** What the table says, in percent, of the teacher and the student. */
async function shownAnswers(page: Page): Promise<readonly number[][]> {
  const texts = await page.locator(".answers tbody .number").allTextContents();
  const values = texts.map((text) => Number(text.replace(" %", "")));
  return [0, 1].map((who) => values.filter((_, i) => i % 2 === who));
}

/** A digit on white paper as a bitmap of 24 bits a pixel, each pixel four wide. */
function bitmapOf(digit: Uint8Array): Uint8Array {
  const side = 28 * 4;
  const header = new DataView(new ArrayBuffer(54));
  const size = 54 + 3 * side * side;
  header.setUint16(0, 0x424d);
  header.setUint32(2, size, true);
  header.setUint32(10, 54, true);
  header.setUint32(14, 40, true);
  header.setInt32(18, side, true);
  // Rows from above.
  header.setInt32(22, -side, true);
  header.setUint16(26, 1, true);
  header.setUint16(28, 24, true);
  const bytes = new Uint8Array(size);
  bytes.set(new Uint8Array(header.buffer));
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [Math.floor(i % side / 4), Math.floor(i / side / 4)];
    bytes.fill(255 - digit[y * 28 + x]!, 54 + 3 * i, 57 + 3 * i);
  }
  return bytes;
}

/** Draws lines through places of the pad, in parts of its side. */
async function draw(
  page: Page,
  places: readonly (readonly [x: number, y: number])[],
): Promise<void> {
  const pad = (await page.getByLabel("Pad to draw on").boundingBox())!;
  const at = ([x, y]: readonly [number, number]) =>
    [pad.x + x * pad.width, pad.y + y * pad.height] as const;
  await page.mouse.move(...at(places[0]!));
  await page.mouse.down();
  for (const place of places.slice(1)) {
    await page.mouse.move(...at(place), { steps: 8 });
  }
  await page.mouse.up();
}

// Seen to fail: with a pad that tells of no drawing, with keys that draw no line, with
// a place that is one image on, with a difference that is not
// counted, with mean and deviation exchanged, and with a policy without WebAssembly.
Deno.test({
  name: PATH === undefined
    ? "deno task demo lets two networks answer in a browser (skipped, because there is no Chromium here)"
    : "deno task demo lets two networks answer in a browser",
  ignore: PATH === undefined,
  // The browser's pipes close a little later.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const given = await givenDemo();
    const expected = await expectedAnswers(given);
    await using served = await serveTask({
      args: [RESULTS, "--student", STUDENT, "--teacher", TEACHER],
    });
    await inBrowser(PATH!, async (browser) => {
      const { page, complaints } = await watch(browser);
      const said = page.locator(".said");
      await page.goto(served.address);

      // The first test image, answered as this project's engine does.
      await page.getByText("They see test image 1 of 10,000").waitFor(PATIENCE);
      const shown = await shownAnswers(page);
      for (const who of [0, 1]) {
        assert.equal(shown[who]!.length, 10);
        for (const [i, percent] of shown[who]!.entries()) {
          const wanted = 100 * expected[who]![0]![i]!;
          assert(Math.abs(percent - wanted) <= 0.06, `${percent} ${wanted}`);
        }
      }
      assert.equal(await page.locator(".answers .true th").count(), 1);

      // Sizes and times.
      await page.getByText("median of 11 measurements").waitFor(PATIENCE);
      const facts = await page.locator(".facts").innerText();
      assert.match(facts, /parameters\s+591,162\s+9,436\s+63x/);
      assert.match(
        facts,
        /ms an image, here\s+\d+\.\d\d\s+\d+\.\d\d\s+[\d.]+x/,
      );

      // By mouse, then by keys alone.
      await draw(page, [[.3, .25], [.7, .25], [.5, .5], [.45, .8]]);
      await page.getByText("They see your drawing").waitFor(PATIENCE);
      await said.filter({ hasText: "Teacher: 7" }).waitFor(PATIENCE);
      await page.getByRole("button", { name: "Clear" }).click();
      await said.filter({ hasText: "Draw something" }).waitFor(PATIENCE);
      await page.getByLabel("Pad to draw on").focus();
      const press = async (keys: readonly string[], times: number) => {
        for (let i = 0; i < times; i++) {
          for (const key of keys) await page.keyboard.press(key);
        }
      };
      await press(["ArrowLeft"], 6);
      await press(["Space"], 1);
      await press(["ArrowRight"], 11);
      await press(["ArrowDown", "ArrowDown", "ArrowLeft"], 8);
      await said.filter({ hasText: "Teacher: 7" }).waitFor(PATIENCE);
      await page.keyboard.press("Delete");
      await said.filter({ hasText: "Draw something" }).waitFor(PATIENCE);

      // A picture; and a file that is none.
      const index = expected[0]!.findIndex((each, i) =>
        largest(each) === given.split.labels[i]
      );
      const digit = given.split.images.slice(784 * index, 784 * (index + 1));
      const choose = (name: string, bytes: Uint8Array) =>
        page.locator("input[type=file]").setInputFiles({
          name,
          mimeType: "image/bmp",
          buffer: Buffer.from(bytes),
        });
      await choose("digit.bmp", bitmapOf(digit));
      await page.getByText("They see picture digit.bmp").waitFor(PATIENCE);
      assert.match(
        (await said.textContent())!,
        new RegExp(`Teacher: ${given.split.labels[index]} `),
      );
      await choose("none.bmp", new TextEncoder().encode("no picture"));
      await page.getByRole("alert")
        .filter({ hasText: 'Cannot read "none.bmp" as a picture' })
        .waitFor(PATIENCE);

      // Test images: the next one, and the next of which the answers differ.
      const counted = () => page.locator(".tally").innerText();
      await page.getByRole("button", { name: "Next test image" }).click();
      await page.getByText("They see test image 2 of 10,000").waitFor(PATIENCE);
      assert.equal(await page.getByRole("alert").count(), 0);
      assert.match(await counted(), /Of 2 test images/);
      const differing = Array.from({ length: COUNT }, (_, i) => i).filter((i) =>
        largest(expected[0]![i]!) !== largest(expected[1]![i]!)
      );
      for (
        const [times, at] of differing.filter((i) => i > 1).slice(0, 2)
          .entries()
      ) {
        await page.getByRole("button", { name: "Next one where they differ" })
          .click();
        await page.getByText(`They see test image ${at + 1} of 10,000`)
          .waitFor(PATIENCE);
        await page.getByRole("button", { name: "Next one where they differ" })
          .waitFor(PATIENCE);
        await said.filter({ hasText: "They differ." }).waitFor(PATIENCE);
        const right = expected.map((answers) =>
          answers.slice(0, at + 1)
            .filter((each, i) => largest(each) === given.split.labels[i]).length
        );
        const differ = times + 1 + differing.filter((i) => i <= 1).length;
        const text = await counted();
        assert.match(text, new RegExp(`Of ${at + 1} test images`));
        assert.match(text, new RegExp(`teacher right\\s+${right[0]}\\s`));
        assert.match(text, new RegExp(`student right\\s+${right[1]}\\s`));
        assert.match(text, new RegExp(`they differ\\s+${differ}\\s`));
      }
      await page.getByRole("button", { name: /^Show test image/ }).first()
        .click();
      await page.getByText(`They see test image ${differing[0]! + 1} of`)
        .waitFor(PATIENCE);

      // Dark, and narrow.
      const paper = () =>
        page.evaluate("getComputedStyle(document.body).backgroundColor");
      const light = await paper();
      await page.emulateMedia({ colorScheme: "dark" });
      assert.notEqual(await paper(), light);
      await page.setViewportSize({ width: 400, height: 800 });
      assert.equal(
        await page.evaluate("document.documentElement.scrollWidth"),
        400,
      );
      assert.deepEqual(complaints, []);
    });
    await served.stop();
  },
});
