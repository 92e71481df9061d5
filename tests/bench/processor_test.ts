import assert from "node:assert/strict";
import {
  hasBf16,
  parseProcessor,
  processorSlug,
  processorTitle,
} from "../../bench/processor.ts";

const CPUINFO = `processor\t: 0
vendor_id\t: AuthenticAMD
cpu family\t: 26
model\t\t: 2
model name\t: AMD EPYC
flags\t\t: fpu avx avx2 avx512f avx512_bf16

processor\t: 1
vendor_id\t: AuthenticAMD
`;

Deno.test("parseProcessor() tells kinds apart that have one name", () => {
  const zen5 = parseProcessor(CPUINFO, "AMD EPYC");
  const zen3 = parseProcessor(
    CPUINFO.replace(": 26", ": 25").replace(" avx512f avx512_bf16", ""),
    "AMD EPYC",
  );
  assert.equal(
    processorTitle(zen5),
    "AMD EPYC (AMD 26 2), AVX-512 with bfloat16",
  );
  assert.equal(processorSlug(zen5), "amd-26-2-avx512-bf16");
  assert.equal(processorSlug(zen3), "amd-25-2-avx2");
  assert.deepEqual([zen5, zen3].map(hasBf16), [true, false]);
});

Deno.test("processorSlug() takes the model where the system tells no more", () => {
  const apple = parseProcessor("", "Apple M2 (Pro)");
  assert.equal(processorSlug(apple), "apple-m2-pro");
  assert.equal(processorTitle(apple), "Apple M2 (Pro)");
  assert.equal(hasBf16(apple), false);
});
