// JSON lines that name the release they come from.

const LEVELS = { debug: 10, info: 20, warn: 30, error: 40 };

/**
 * A logger: one function a level, each taking a message and more fields.
 * @param {{level: string, deploymentId: string, write?: (line: string) => void, now?: () => Date}} options
 */
export function createLog({ level, deploymentId, write = toStdout, now = () => new Date() }) {
  const at = (name) => (message, fields = {}) => {
    if (LEVELS[name] < LEVELS[level]) return;
    const entry = { timestamp: now().toISOString(), level: name, message, deployment_id: deploymentId, ...fields };
    write(`${JSON.stringify(entry)}\n`);
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function toStdout(line) {
  process.stdout.write(line);
}
