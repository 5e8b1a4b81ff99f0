// W3C Trace Context, level 1 (https://www.w3.org/TR/trace-context-1/).

import { randomBytes } from "node:crypto";

const HEADER = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZERO = /^0+$/;

/**
 * The caller's trace, or null where there is none or it is malformed.
 * A version from the future may carry more behind the flags; version 00 may not, and ff is never valid.
 * @param {string | undefined} header the value of `traceparent`
 * @returns {{traceId: string, parentId: string, flags: string} | null}
 */
export function parseTraceparent(header) {
  const match = HEADER.exec(header ?? "");
  if (match === null) return null;
  const [, version, traceId, parentId, flags, more] = match;
  if (version === "ff" || (version === "00" && more !== undefined)) return null;
  if (ZERO.test(traceId) || ZERO.test(parentId)) return null;
  return { traceId, parentId, flags };
}

/** This service's own span in the caller's trace, or in a new one that is sampled. */
export function nextSpan(header) {
  const caller = parseTraceparent(header);
  const traceId = caller?.traceId ?? randomBytes(16).toString("hex");
  const spanId = randomBytes(8).toString("hex");
  // Of the flags only "sampled" has a meaning in version 00; the others must be sent as zero.
  const sampled = caller === null || (parseInt(caller.flags, 16) & 1) === 1;
  const traceparent = `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;
  return { traceId, spanId, parentId: caller?.parentId, traceparent };
}
