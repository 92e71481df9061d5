import assert from "node:assert/strict";
import {
  ENVIRONMENT,
  NETWORKS,
  OWN_DATA,
  PICTURES,
  RECORDS,
  TEACHERS,
} from "./_files.ts";
import { FILES, LINES } from "./_options.ts";
import { refuseAll } from "./_refuse.ts";

// Seen to fail: with a record's name taken as it is.
refuseAll("own data", OWN_DATA, { leaves: /^cache\// });
refuseAll("pictures", PICTURES, { leaves: /^cache\// });
refuseAll("networks of other programs", NETWORKS);
refuseAll("records", RECORDS);
refuseAll("teachers", TEACHERS);
refuseAll("the environment", ENVIRONMENT);

Deno.test("250 bad inputs and more are tried", () => {
  const tables = [
    ...[FILES, LINES, OWN_DATA, PICTURES],
    ...[NETWORKS, RECORDS, TEACHERS, ENVIRONMENT],
  ];
  assert(tables.flat().length >= 250, `${tables.flat().length}`);
});
