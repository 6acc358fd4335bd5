import type { HostRun } from "../host-run.ts";
import { hostVirusScan as manifest } from "./manifest.ts";

/** The codes are those of the document. */
export const hostVirusScanRun: HostRun = {
  manifest,
  document: "Bulwark-VirusScan",
  codes: {
    10: { kind: "found", why: "malware was found; its findings are in Security Hub" },
    20: { kind: "failed", why: "the scan is incomplete" },
  },
};
