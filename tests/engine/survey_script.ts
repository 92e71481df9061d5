/** Prints what is found out about engines, as JSON: for tests with another environment. */

import { openFastestEngine, surveyEngines } from "../../lib/engine/mod.ts";

const survey = (await surveyEngines()).map((status) =>
  status.available ? { ...status, engine: status.engine.name } : status
);
const { engine, passedOver } = await openFastestEngine();
const fastest = engine.name;
const json = JSON.stringify({ survey, fastest, passedOver });
await Deno.stdout.write(new TextEncoder().encode(json));
