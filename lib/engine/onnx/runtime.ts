/**
 * onnxruntime-node without its telemetry. No other file imports the package.
 *
 * @module
 */

// Modules are evaluated in the order of their imports: where this one throws,
// the library is not loaded.
import "./_telemetry.ts";

export * from "onnxruntime-node";
