import type { HostRun } from "../host-run.ts";
import { hostPatchNow as manifest } from "./manifest.ts";

/** The codes are those of the document. */
export const hostPatchNowRun: HostRun = {
  manifest,
  document: "Bulwark-PatchNow",
  codes: { 20: { kind: "failed", why: "patches are still pending, or not all could be told" } },
};
