// Starting, and stopping without losing a request.

import { createServer } from "node:http";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { createApp } from "./app.js";
import { createLog } from "./log.js";
import { createMetrics } from "./metrics.js";

/**
 * Listen, and return how to stop. `stop` first answers 503 to readiness while it still serves, for as long as the news
 * takes to reach every proxy (`drainMs`); then it takes no more connections and waits for the requests under way.
 * @param {ReturnType<import("./settings.js").readSettings>} settings
 * @param {(line: string) => void} [write] where log lines go
 * @returns {Promise<{port: number, stop: () => Promise<void>}>}
 */
export async function start(settings, write) {
  const log = createLog({ level: settings.logLevel, deploymentId: settings.deploymentId, write });
  let stopping;
  const app = createApp({ settings, log, metrics: createMetrics(), isReady: () => stopping === undefined });
  const server = createServer(app);
  server.listen(settings.port);
  await once(server, "listening");
  const { port } = server.address();
  log.info("listening", { port });

  const drain = async () => {
    log.info("draining");
    await sleep(settings.drainMs);
    const closed = once(server, "close");
    server.close();
    server.closeIdleConnections();
    await closed;
    log.info("stopped");
  };
  return {
    port,
    stop() {
      stopping ??= drain();
      return stopping;
    },
  };
}
