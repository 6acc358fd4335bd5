import type { Manifest } from "../manifest.ts";
import { securityGroupRole } from "../security-group-role.ts";

/**
 * Closes ports that attackers look for. Controls: Security Hub User Guide, "Security Hub CSPM controls for Amazon EC2". Actions, resources and keys:
 * Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2".
 */
export const securityGroupOpenPorts: Manifest = {
  name: "security-group-open-ports",
  title: "Open ports of security groups",
  what: "A security group lets nobody from anywhere in to the ports of remote administration, databases and the like; other ports of the same rules stay open.",
  controls: [
    { id: "EC2.13" },
    { id: "EC2.14" },
    { id: "EC2.19" },
    { id: "EC2.53", cis: "5.3" },
    { id: "EC2.54", cis: "5.4" },
  ],
  findingTypes: [],
  resourceTypes: ["AwsEc2SecurityGroup"],
  scope: "regional",
  role: securityGroupRole(false),
  customAction: {
    id: "CloseOpenPorts",
    name: "Close open ports",
    description: "Takes risky ports out of the security group's rules that let everybody in",
  },
  mode: "observe",
};
