import assert from "node:assert/strict";
import { EXPERIMENTS } from "../../experiments/all.ts";
import { setUnreadableAside } from "../../lib/lab/cells/unreadable.ts";
import { exists } from "../experiments/_traces.ts";
import { withResults } from "./_results.ts";

const CELL = "mnist-vgg13-w0.125-reinforce-s1";
const PATH = `rq1/smoke/${CELL}`;
const { report } = EXPERIMENTS.find(({ report }) => report.question === "rq1")!;

Deno.test("setUnreadableAside() makes room for a cell whose record is damaged, and for no other", async () => {
  await withResults(
    ["rq1/smoke.json", "rq1/smoke"],
    async ({ results, edit }) => {
      const place = { results, question: "rq1", profile: "smoke" };
      await setUnreadableAside(place, { chosen: [CELL], report });
      assert.ok(exists(`${results}/${PATH}.json`));

      await edit(`${PATH}.json`, (text) => text.replace("reinforce", "random"));
      await assert.rejects(
        setUnreadableAside(place, { chosen: ["another"], report }),
        {
          name: "RecordError",
          message: new RegExp(`: --cells ${CELL}$`),
        },
      );
      assert.ok(exists(`${results}/${PATH}.json`));

      await setUnreadableAside(place, { chosen: [CELL], report });
      for (const end of [".json", ".md", ".environment.json", "-layers.svg"]) {
        assert.ok(!exists(`${results}/${PATH}${end}`), end);
        assert.ok(exists(`${results}/${PATH}${end}.corrupt-1`), end);
      }
      assert.ok(
        exists(`${results}/rq1/smoke/mnist-vgg13-w0.125-width-s1.json`),
      );
      // A second time there is nothing to be done.
      await setUnreadableAside(place, { chosen: [CELL], report });
    },
  );
});
