import assert from "node:assert/strict";
import { test } from "node:test";

import { createLog } from "../src/log.js";

function logged(level) {
  const lines = [];
  const now = () => new Date("2026-01-02T03:04:05.678Z");
  return [createLog({ level, deploymentId: "d1", write: (line) => lines.push(line), now }), lines];
}

test("a line is one JSON object that names the release", () => {
  const [log, lines] = logged("info");
  log.warn("two\nlines", { route: "/" });
  assert.equal(
    lines.join(""),
    '{"timestamp":"2026-01-02T03:04:05.678Z","level":"warn","message":"two\\nlines","deployment_id":"d1","route":"/"}\n',
  );
});

test("what is below the level is not written", () => {
  const [log, lines] = logged("warn");
  log.debug("a");
  log.info("b");
  log.error("c");
  assert.deepEqual(lines.map((line) => JSON.parse(line).message), ["c"]);
});
