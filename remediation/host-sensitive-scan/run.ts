import type { HostRun } from "../host-run.ts";
import { hostSensitiveScan as manifest } from "./manifest.ts";

/** The codes are those of the document. */
export const hostSensitiveScanRun: HostRun = {
  manifest,
  document: "Bulwark-SensitiveInformationScan",
  codes: {
    10: { kind: "found", why: "sensitive information was found; its findings are in Security Hub" },
    20: { kind: "failed", why: "the scan is incomplete" },
  },
};
