// What the environment says. All that is wrong with it is told at once, and the service does not start.

const LEVELS = ["debug", "info", "warn", "error"];

/**
 * Read the settings from environment variables.
 * @param {Record<string, string | undefined>} env
 * @returns {{port: number, greeting: string, logLevel: string, drainMs: number, deploymentId: string}}
 * @throws {Error} whose message has one line for each variable that is wrong
 */
export function readSettings(env) {
  const wrong = [];
  const check = (ok, message) => ok || wrong.push(message);

  const port = Number(env.PORT ?? 8080);
  check(Number.isInteger(port) && port >= 0 && port <= 65535, `PORT must be a port number, not "${env.PORT}"`);
  const drainMs = Number(env.DRAIN_MS ?? 5000);
  check(Number.isInteger(drainMs) && drainMs >= 0, `DRAIN_MS must be milliseconds, not "${env.DRAIN_MS}"`);
  const logLevel = env.LOG_LEVEL ?? "info";
  check(LEVELS.includes(logLevel), `LOG_LEVEL must be one of ${LEVELS.join(", ")}, not "${logLevel}"`);
  const greeting = env.GREETING ?? "Hello";
  check(greeting !== "", "GREETING must not be empty");

  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  return { port, greeting, logLevel, drainMs, deploymentId: env.JOURNEY_DEPLOYMENT_ID ?? "" };
}
