import { tick } from "../../response/watch.ts";
import { deploy } from "../deploy.ts";
import { withResponder } from "../deployment.ts";
import { functionLog } from "../log.ts";

const log = functionLog("watch", console.log);
const deployment = deploy(process.env, log);

/** Ends what is over, and publishes what was kept and not published; on a schedule. Rejects with all that failed, and goes on the next time. */
export async function handler(): Promise<void> {
  const done = await withResponder(deployment, undefined, tick);
  const { unseen, ...counts } = done;
  if (Object.values(counts).some((count) => count > 0)) log.info("what waited is told", counts);
  if (unseen.length > 0) {
    log.error("what some wait for can't be looked at", { count: unseen.length, reasons: unseen.join("; ") });
  }
}
