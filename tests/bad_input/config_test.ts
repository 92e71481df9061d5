import { FILES, LINES } from "./_options.ts";
import { refuseAll } from "./_refuse.ts";

// Seen to fail: without the bounds of a stage's numbers, and without the guard against
// aliases of aliases (deno task test:mutations).
refuseAll("files of options", FILES);
refuseAll("command lines", LINES);
