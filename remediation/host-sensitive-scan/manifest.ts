import { hostRole } from "../host-role.ts";
import type { Manifest } from "../manifest.ts";

/** Has a host scanned for sensitive information. No finding starts it: a person does, to learn what an attacker could have read. */
export const hostSensitiveScan: Manifest = {
  name: "host-sensitive-scan",
  title: "Sensitive information scan of a host",
  what: "A host's files have been scanned for sensitive information; what was found is in Security Hub.",
  controls: [],
  findingTypes: [],
  resourceTypes: ["AwsEc2Instance"],
  scope: "regional",
  role: hostRole("Bulwark-SensitiveInformationScan"),
  customAction: {
    id: "HostSensitiveScan",
    name: "Scan host for data",
    description: "Scans the host's files for sensitive information and reports it to Security Hub",
  },
  mode: "observe",
  irreversible: true,
};
