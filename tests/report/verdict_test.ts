import assert from "node:assert/strict";
import { verdictSection } from "../../lib/report/mod.ts";

Deno.test("verdictSection() says claim, verdict, decisive numbers and what would change it", () => {
  assert.equal(
    verdictSection({
      claim: "Small is beautiful (section 1).",
      verdict: "supported",
      because: "Paired sign-flip test, p = 0.031.",
      numbers: ["6 pairs", "+1.2 points"],
      wouldChange: "Larger sets.",
    }),
    `**Claim.** Small is beautiful (section 1).

**Verdict: supported.** Paired sign-flip test, p = 0.031.

- 6 pairs
- +1.2 points

**What would change it.** Larger sets.
`,
  );
});

Deno.test("verdictSection() leaves no gap where there are no numbers", () => {
  const text = verdictSection({
    claim: "C.",
    verdict: "not decidable at this scale",
    because: "One pair.",
    numbers: [],
    wouldChange: "Five more.",
  });
  assert.doesNotMatch(text, /\n\n\n/);
  assert.match(
    text,
    /One pair\.\n\n\*\*What would change it\.\*\* Five more\./,
  );
});
