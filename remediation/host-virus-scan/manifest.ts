import { hostRole } from "../host-role.ts";
import type { Manifest } from "../manifest.ts";

/** An instance that may run what is not its owner's. */
const HOST_SUSPECTED = [
  "TTPs/Command and Control/Backdoor:EC2-C&CActivity.B!DNS",
  "TTPs/Command and Control/CryptoCurrency:EC2-BitcoinTool.B!DNS",
  "TTPs/Command and Control/Trojan:EC2-BlackholeTraffic",
  "Effects/Data Exfiltration/Trojan:EC2-DropPoint",
] as const;

/** Has a host scanned for malware. Finding types: GuardDuty User Guide, "Integrating with AWS Security Hub CSPM". */
export const hostVirusScan: Manifest = {
  name: "host-virus-scan",
  title: "Virus scan of a host",
  what: "A host's disks have been scanned for malware; what was found is in Security Hub.",
  controls: [],
  findingTypes: HOST_SUSPECTED,
  resourceTypes: ["AwsEc2Instance"],
  scope: "regional",
  role: hostRole("Bulwark-VirusScan"),
  customAction: {
    id: "HostVirusScan",
    name: "Scan host for virus",
    description: "Scans the host's disks for malware and reports what is found to Security Hub",
  },
  mode: "observe",
  irreversible: true,
};
