// The HTTP interface.

import express from "express";

import { nextSpan } from "./trace.js";

const NAME_LIMIT = 64;

/**
 * @param {{settings: {greeting: string}, log: object, metrics: object, isReady: () => boolean}} parts
 * @returns {import("express").Express}
 */
export function createApp({ settings, log, metrics, isReady }) {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");

  app.get("/livez", (request, response) => response.type("text").send("alive\n"));
  app.get("/readyz", (request, response) => {
    response.status(isReady() ? 200 : 503).type("text").send(isReady() ? "ready\n" : "draining\n");
  });
  app.get("/metrics", async (request, response) => {
    response.set("Content-Type", metrics.registry.contentType).send(await metrics.registry.metrics());
  });

  app.use(observed(log, metrics));
  app.get("/greetings", (request, response) => greet(response, settings, "world"));
  app.get("/greetings/:name", (request, response) => greet(response, settings, request.params.name));
  app.use((request, response) => problem(response, 404, "Not Found"));
  app.use((error, request, response, next) => {
    if (response.headersSent) return next(error);
    const status = error.status >= 400 && error.status < 500 ? error.status : 500;
    if (status === 500) log.error("request failed", { trace_id: response.locals.span?.traceId, error: error.stack });
    return problem(response, status, status === 500 ? "Internal Server Error" : "Bad Request");
  });
  return app;
}

function greet(response, { greeting }, name) {
  if (name.length > NAME_LIMIT) {
    return problem(response, 400, "Bad Request", `a name has at most ${NAME_LIMIT} characters`);
  }
  return response.json({ greeting: `${greeting}, ${name}!` });
}

/** An error as RFC 9457 has it. */
function problem(response, status, title, detail) {
  return response.status(status).type("application/problem+json").send(JSON.stringify({ title, status, detail }));
}

/** Counts, times and logs each request, in its caller's trace. */
function observed(log, metrics) {
  return (request, response, next) => {
    const start = process.hrtime.bigint();
    const span = nextSpan(request.get("traceparent"));
    response.locals.span = span;
    response.set("traceparent", span.traceparent);
    response.on("close", () => {
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      // The pattern, not the path: a label must have few values.
      const route = request.route?.path ?? "unmatched";
      metrics.observe(request.method, route, response.statusCode, seconds);
      log.info("request", {
        method: request.method,
        route,
        status: response.statusCode,
        duration_ms: Math.round(seconds * 1e6) / 1e3,
        complete: response.writableFinished,
        trace_id: span.traceId,
        span_id: span.spanId,
        parent_id: span.parentId,
      });
    });
    next();
  };
}
