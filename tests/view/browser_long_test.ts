import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openResults } from "../../lib/view/mod.ts";
import { start } from "../experiments/_run.ts";
import { findChromium, inBrowser, watch } from "../pages/_browser.ts";
import { inFolder } from "./_folder.ts";

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));
const PATH = findChromium();

/** Students inherit weights, the harder way to know their trainings again. */
const FLAGS = [
  "--dataset",
  "mnist",
  "--workers",
  "2",
  "--student.start",
  "inherited",
];

/** Long enough for a machine that does much else beside. */
const PATIENCE = { timeout: 120_000 };

interface Served {
  readonly address: string;
  readonly stop: () => Promise<void>;
}

/** Serves a folder as the task does, with its permissions. */
async function serve(folder: string, port = 0): Promise<Served> {
  const { tasks } = JSON.parse(
    await Deno.readTextFile(`${PROJECT}deno.json`),
  );
  const [, ...args] = tasks.view.command.split(" ");
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args, folder, "--port", String(port)],
    cwd: PROJECT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  const address = /http:\S+/.exec(value)?.[0];
  assert(address !== undefined, `no address in "${value}"`);
  return {
    address,
    async stop() {
      child.kill("SIGINT");
      assert.equal((await child.status).code, 0);
      await reader.cancel();
    },
  };
}

Deno.test({
  name: PATH === undefined
    ? "deno task view follows a search in a browser (skipped, because there is no Chromium here)"
    : "deno task view follows a search in a browser",
  ignore: PATH === undefined,
  // The browser's pipes close a little later.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    inFolder((folder) =>
      inBrowser(PATH!, async (browser) => {
        const results = `${folder}/results`;
        const { page, complaints } = await watch(browser);
        let served = await serve(results);
        await page.goto(served.address);
        await page.getByText("Nothing has been run here yet").waitFor();

        // The server is lost and found again; the search begins meanwhile.
        const port = Number(new URL(served.address).port);
        await served.stop();
        await page.getByText("server not heard").waitFor(PATIENCE);
        const search = start(results, { flags: FLAGS });
        const done = search.ended.then(({ code, stderr }) => {
          if (code !== 0) throw new Error(stderr);
        });
        served = await serve(results, port);
        await page.getByText("following").waitFor(PATIENCE);
        const running = page.locator(".runs .state.running");
        await Promise.race([running.waitFor(PATIENCE), done]);
        await page.getByRole("progressbar", { name: "Progress of the run" })
          .waitFor(PATIENCE);
        await page.getByRole("heading", { name: "Students" })
          .waitFor(PATIENCE);
        await done;
        await page.locator(".runs .state.done").waitFor(PATIENCE);

        await page.getByRole("combobox", { name: "Show" }).selectOption("all");
        await page.getByText("18 of 18").waitFor(PATIENCE);
        const csv = await saved(
          page.waitForEvent("download"),
          () => page.getByRole("button", { name: "CSV" }).click(),
        );
        assert.equal(csv.trimEnd().split("\r\n").length, 19);
        const lines = await saved(
          page.waitForEvent("download"),
          () => page.getByRole("button", { name: "JSON lines" }).click(),
        );
        assert.equal(lines.trimEnd().split("\n").length, 18);

        // A student, by the keyboard alone.
        const plot = page.getByRole("group", { name: /^Reward/ });
        await plot.focus();
        await page.keyboard.press("ArrowRight");
        await plot.locator(".tip").filter({ hasText: "removal" }).waitFor();
        await page.keyboard.press("Enter");
        const dialog = page.getByRole("dialog");
        await dialog.getByRole("heading", { name: "Layers" }).waitFor();
        await dialog.locator(".plot").waitFor();
        await dialog.getByText("inherited weights").first().waitFor();
        assert.match(
          await dialog.locator("pre").textContent() ?? "",
          /^deno task rq1 .*--engine \S+ .*--results results-again$/,
        );
        await page.keyboard.press("Escape");
        await dialog.waitFor({ state: "detached" });

        // A rectangle in the picture of sizes chooses rows of the table.
        await page.getByRole("combobox", { name: "Show" }).selectOption(
          "students",
        );
        const sizes = page.getByRole("group", { name: /^Accuracy against/ });
        await sizes.scrollIntoViewIfNeeded();
        const box = (await sizes.boundingBox())!;
        await page.mouse.move(box.x + 60, box.y + 20);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width / 2, box.y + 270, { steps: 4 });
        await page.mouse.up();
        await page.getByText("within the rectangle").waitFor();
        await page.getByRole("button", { name: "Clear" }).click();

        const paper = () =>
          page.evaluate("getComputedStyle(document.body).backgroundColor");
        const light = await paper();
        await page.emulateMedia({ colorScheme: "dark" });
        assert.notEqual(await paper(), light);
        await page.setViewportSize({ width: 400, height: 800 });
        // Plots are drawn anew a little later.
        const width = () =>
          page.evaluate("document.documentElement.scrollWidth");
        // Not waitForFunction: the page's policy permits no code from text.
        for (let wait = 0; await width() !== 400 && wait < 100; wait++) {
          await page.waitForTimeout(100);
        }
        assert.equal(await width(), 400);
        assert.deepEqual(complaints, []);
        await served.stop();

        await checkTrainings(results);
        await checkReport(results);
      })
    ),
});

/** What a click makes the browser keep. */
async function saved(
  event: Promise<{ path(): Promise<string> }>,
  click: () => Promise<void>,
): Promise<string> {
  await click();
  return await Deno.readTextFile(await (await event).path());
}

/** Every student's training is found in the store, with the accuracy that it scored. */
async function checkTrainings(folder: string): Promise<void> {
  const results = openResults(folder);
  const [run] = await results.summaries();
  let found = 0;
  for (const [stage, view] of results.course(run!.id)!.stages.entries()) {
    for (const [student, accuracy] of view.students.accuracy.entries()) {
      if (accuracy === null) continue;
      const opened = results.student(run!.id, { stage, student })!;
      const [search] = opened.trainings;
      assert.equal(search?.accuracy, accuracy);
      assert.equal(search.losses?.length, 1);
      const times = opened.shared.reduce((sum, each) => sum + each.times, 0);
      assert(times >= 1);
      found++;
    }
  }
  assert(found > 3, `${found} students`);
  results.close();
}

/** The report of the folder opens from the disk alone. */
async function checkReport(folder: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "report", "rq1", "--results", folder],
    cwd: PROJECT,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  await inBrowser(PATH!, async (browser) => {
    const { page, complaints } = await watch(browser);
    await page.goto(`file://${folder}/rq1.html`);
    await page.getByText("a report: it does not change").waitFor();
    await page.locator(".students tbody button").first().click();
    await page.getByRole("dialog").getByRole("heading", { name: "Layers" })
      .waitFor();
    assert.deepEqual(complaints, []);
  });
}
