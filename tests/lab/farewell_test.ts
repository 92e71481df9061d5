import assert from "node:assert/strict";
import { farewell } from "../../lib/lab/cells/farewell.ts";
import { verdictSection } from "../../lib/report/mod.ts";

const SECTION = verdictSection({
  claim: "Small is\nbeautiful.",
  verdict: "not supported",
  because: "Two pairs\ndiffer.",
  numbers: ["one"],
  wouldChange: "More search\nseeds (`--seeds`).",
});

const place = { results: "results", question: "rq1", profile: "laptop" };

// Seen to fail: with the profile's page in the place of what would change it.
Deno.test("a command's last words are what came out, where it is, what is next", () => {
  const page = `# RQ1\n\n${SECTION}\n| table |\n`;
  assert.deepEqual(farewell({ place, page, asked: 2, recorded: 2 }), [
    "Came out: 2 of 2 cells of rq1, profile laptop; not supported: Two pairs differ.",
    "Look at: results/rq1/laptop.md and the figures beside it; deno task view shows every student",
    "Next: what would change that: More search seeds (`--seeds`).",
  ]);
});

Deno.test("last words say what lacks, and what a smoke profile is for", () => {
  const page = `${SECTION}\n${SECTION}`;
  const [outcome, , next] = farewell({ place, page, asked: 1, recorded: 0 });
  assert.match(outcome!, /^Came out: 0 of 1 cell of rq1.*; 2 verdicts, the fi/);
  assert.match(next!, /^Next: the same command/);

  const smoke = farewell({
    place: { results: "/elsewhere", question: "proxy", profile: "smoke+ab12" },
    page: "a table",
    asked: 1,
    recorded: 1,
  });
  assert.match(smoke[0]!, /; the page tests no claim$/);
  assert.match(smoke[1]!, /deno task view \/elsewhere shows/);
  assert.match(smoke[2]!, /^Next: deno task proxy, where claims are made/);

  const tested = farewell({ place, page: "", asked: 1, recorded: 1 });
  assert.equal(
    tested[2],
    "Next: deno task report rq1 makes one file of it, to send",
  );
});
