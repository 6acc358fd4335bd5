import type { Sought } from "../../programs/recovery/sought.ts";
import { readDetector } from "../inventory/guardduty.ts";
import type { Reading } from "../inventory/reading.ts";
import { isTagged } from "./tags.ts";

/** The detector of the region, where it is the one sought: AWS allows one, and somebody else may have made it. */
export async function findDetector(reading: Reading, region: string, sought: Sought): Promise<string | undefined> {
  const detector = await readDetector(reading, region);
  return detector !== undefined && isTagged(sought, detector.tags) ? detector.id : undefined;
}
