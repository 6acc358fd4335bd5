import type { Manifest } from "../manifest.ts";
import { securityGroupRole } from "../security-group-role.ts";

/**
 * Closes default security groups. Control: Security Hub User Guide, "Security Hub CSPM controls for Amazon EC2". Actions, resources and keys:
 * Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2"; IAM has no key for a group's name.
 */
export const defaultSecurityGroupClosed: Manifest = {
  name: "default-security-group-closed",
  title: "Closed default security groups",
  what: "A VPC's default security group lets nothing in or out, so that what gets it by oversight reaches nobody; one in use is left to a person.",
  controls: [{ id: "EC2.2", cis: "5.5" }],
  findingTypes: [],
  resourceTypes: ["AwsEc2SecurityGroup"],
  scope: "regional",
  role: securityGroupRole(true, "ec2:DescribeNetworkInterfaces"),
  customAction: {
    id: "CloseDefaultGroup",
    name: "Close default group",
    description: "Takes every rule from the VPC's default security group, where nothing uses it",
  },
  mode: "observe",
};
