import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { readSettings } from "../src/settings.js";
import { start } from "../src/server.js";

const MAIN = new URL("../src/main.js", import.meta.url).pathname;
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

async function eventually(found) {
  for (;;) {
    const value = await found();
    if (value) return value;
    await pause(5);
  }
}

describe("a running server", () => {
  let server, lines, get;

  beforeEach(async () => {
    lines = [];
    const settings = readSettings({ PORT: "0", DRAIN_MS: "50", JOURNEY_DEPLOYMENT_ID: "d1" });
    server = await start(settings, (line) => lines.push(JSON.parse(line)));
    const base = `http://127.0.0.1:${server.port}`;
    get = (path, headers = {}) => fetch(`${base}${path}`, { headers: { connection: "close", ...headers } });
  });
  afterEach(() => server.stop());

  test("it greets", async () => {
    assert.deepEqual(await (await get("/greetings")).json(), { greeting: "Hello, world!" });
    assert.deepEqual(await (await get("/greetings/J%C3%BCrgen")).json(), { greeting: "Hello, Jürgen!" });
  });

  test("it is alive and ready", async () => {
    assert.deepEqual([(await get("/livez")).status, (await get("/readyz")).status], [200, 200]);
  });

  for (const [path, status, title] of [
    ["/nowhere", 404, "Not Found"],
    ["/greetings/%ZZ", 400, "Bad Request"],
    [`/greetings/${"x".repeat(65)}`, 400, "Bad Request"],
  ]) {
    test(`${path.slice(0, 20)} is a problem, ${status}`, async () => {
      const response = await get(path);
      assert.equal(response.headers.get("content-type"), "application/problem+json; charset=utf-8");
      const body = await response.json();
      assert.deepEqual([response.status, body.status, body.title], [status, status, title]);
    });
  }

  test("an answer goes on with the caller's trace, and so does its log line", async () => {
    const response = await get("/greetings/you", { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` });
    const [, traceId, spanId] = response.headers.get("traceparent").split("-");
    assert.equal(traceId, TRACE);
    const line = await eventually(() => lines.find((entry) => entry.message === "request"));
    const { method, route, status, trace_id, span_id, parent_id, deployment_id, complete } = line;
    assert.deepEqual(
      { method, route, status, trace_id, span_id, parent_id, deployment_id, complete },
      {
        method: "GET",
        route: "/greetings/:name",
        status: 200,
        trace_id: TRACE,
        span_id: spanId,
        parent_id: "00f067aa0ba902b7",
        deployment_id: "d1",
        complete: true,
      },
    );
  });

  test("metrics count by route, never by path, and leave probes out", async () => {
    await get("/greetings/a");
    await get("/greetings/b");
    await get("/a/path/that/is/nowhere");
    await get("/livez");
    const text = await eventually(async () => {
      const found = await (await get("/metrics")).text();
      return found.includes('route="unmatched"') && found;
    });
    assert.match(text, /^http_requests_total\{method="GET",route="\/greetings\/:name",status="200"\} 2$/m);
    assert.match(text, /^http_requests_total\{method="GET",route="unmatched",status="404"\} 1$/m);
    assert.match(text, /^http_request_duration_seconds_count\{method="GET",route="\/greetings\/:name"\} 2$/m);
    assert.doesNotMatch(text, /livez|nowhere/);
  });

  test("while it stops it says so to readiness, serves what comes, and ends", async () => {
    const stopped = server.stop();
    assert.equal((await get("/readyz")).status, 503);
    assert.equal((await get("/livez")).status, 200);
    assert.equal((await get("/greetings")).status, 200);
    await stopped;
    await assert.rejects(get("/livez"));
    assert.equal(lines.at(-1).message, "stopped");
  });

  test("a request under way is answered before it ends", async () => {
    const socket = connect(server.port, "127.0.0.1").setEncoding("utf8");
    // One whole request and the beginning of another in one segment: the first answer shows that both have arrived.
    socket.write("GET /greetings HTTP/1.1\r\nHost: x\r\n\r\nGET /greetings/late HTTP/1.1\r\nHost: x\r\n");
    let answers = "";
    socket.on("data", (data) => (answers += data));
    await eventually(() => answers.includes("Hello, world!"));
    const stopped = server.stop();
    await eventually(() => get("/livez").then(() => false, () => true));
    socket.write("Connection: close\r\n\r\n");
    await stopped;
    await eventually(() => answers.includes("Hello, late!"));
  });
});

describe("the process", () => {
  const run = (env) => spawn(process.execPath, [MAIN], { env: { PORT: "0", DRAIN_MS: "0", ...env } });

  for (const signal of ["SIGTERM", "SIGINT"]) {
    test(`${signal} stops it cleanly`, async () => {
      const child = run({});
      let output = "";
      child.stdout.on("data", (data) => {
        if (!output.includes("listening") && String(data).includes("listening")) child.kill(signal);
        output += data;
      });
      const [code] = await once(child, "close");
      assert.equal(code, 0);
      const messages = output.trim().split("\n").map((line) => JSON.parse(line).message);
      assert.deepEqual(messages, ["listening", "draining", "stopped"]);
    });
  }

  test("it refuses to start on a bad setting", async () => {
    const child = run({ PORT: "99999" });
    let errors = "";
    child.stderr.on("data", (data) => (errors += data));
    const [code] = await once(child, "close");
    assert.equal(code, 2);
    assert.equal(errors, 'PORT must be a port number, not "99999"\n');
  });
});
