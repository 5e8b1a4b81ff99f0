import assert from "node:assert/strict";
import { test } from "node:test";

import { nextSpan, parseTraceparent } from "../src/trace.js";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

test("a well-formed header is read", () => {
  assert.deepEqual(parseTraceparent(`00-${TRACE}-${PARENT}-01`), { traceId: TRACE, parentId: PARENT, flags: "01" });
  assert.deepEqual(parseTraceparent(`01-${TRACE}-${PARENT}-01-more`)?.traceId, TRACE);
});

const malformed = {
  "no header": undefined,
  "text": "trace",
  "capitals": `00-${TRACE.toUpperCase()}-${PARENT}-01`,
  "more behind version 00": `00-${TRACE}-${PARENT}-01-more`,
  "version ff": `ff-${TRACE}-${PARENT}-01`,
  "a trace id of zeros": `00-${"0".repeat(32)}-${PARENT}-01`,
  "a parent id of zeros": `00-${TRACE}-${"0".repeat(16)}-01`,
};
for (const [what, header] of Object.entries(malformed)) {
  test(`${what} begins a trace of its own`, () => {
    assert.equal(parseTraceparent(header), null);
    const span = nextSpan(header);
    assert.match(span.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    assert.notEqual(span.traceId, TRACE);
    assert.equal(span.parentId, undefined);
  });
}

test("the caller's trace goes on, with a span of its own and the caller's decision to sample", () => {
  const span = nextSpan(`00-${TRACE}-${PARENT}-00`);
  assert.equal(span.traceId, TRACE);
  assert.equal(span.parentId, PARENT);
  assert.notEqual(span.spanId, PARENT);
  assert.equal(span.traceparent, `00-${TRACE}-${span.spanId}-00`);
  assert.match(nextSpan(`00-${TRACE}-${PARENT}-03`).traceparent, /-01$/);
});
