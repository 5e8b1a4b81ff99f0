// The process: settings in, signals out.

import { readSettings } from "./settings.js";
import { start } from "./server.js";

let settings;
try {
  settings = readSettings(process.env);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}
// Before the first connection: a signal may come while the server still starts.
const server = start(settings);
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, async () => (await server).stop());
await server;
