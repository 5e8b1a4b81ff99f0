import assert from "node:assert/strict";
import { test } from "node:test";

import { readSettings } from "../src/settings.js";

test("an empty environment gives the defaults", () => {
  const defaults = { port: 8080, greeting: "Hello", logLevel: "info", drainMs: 5000, deploymentId: "" };
  assert.deepEqual(readSettings({}), defaults);
});

test("the environment is read", () => {
  const env = { PORT: "81", GREETING: "Hi", LOG_LEVEL: "warn", DRAIN_MS: "0", JOURNEY_DEPLOYMENT_ID: "d1" };
  assert.deepEqual(readSettings(env), { port: 81, greeting: "Hi", logLevel: "warn", drainMs: 0, deploymentId: "d1" });
});

test("all that is wrong is told at once", () => {
  assert.throws(() => readSettings({ PORT: "http", GREETING: "", LOG_LEVEL: "loud", DRAIN_MS: "-1" }), {
    message: [
      'PORT must be a port number, not "http"',
      'DRAIN_MS must be milliseconds, not "-1"',
      'LOG_LEVEL must be one of debug, info, warn, error, not "loud"',
      "GREETING must not be empty",
    ].join("\n"),
  });
});
