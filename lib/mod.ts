/**
 * N2N Learning as a library: one namespace a room, from what a network is to the
 * two-stage search.
 *
 * @module
 */
export * as cli from "./cli/mod.ts";
export * as compress from "./compress/mod.ts";
export * as data from "./data/mod.ts";
export * as demo from "./demo/mod.ts";
export * as engine from "./engine/mod.ts";
export * as exchange from "./exchange/mod.ts";
export * as lab from "./lab/mod.ts";
export * as network from "./network/mod.ts";
export * as pages from "./pages/mod.ts";
export * as policy from "./policy/mod.ts";
export * as queue from "./queue/mod.ts";
export * as random from "./random/mod.ts";
export * as report from "./report/mod.ts";
export * as reward from "./reward/mod.ts";
export * as search from "./search/mod.ts";
export * as store from "./store/mod.ts";
export * as training from "./training/mod.ts";
export * as view from "./view/mod.ts";
