import { hostRole } from "../host-role.ts";
import type { Manifest } from "../manifest.ts";

/** Has a host patched. Control: Security Hub User Guide, "Security Hub CSPM controls for Systems Manager". */
export const hostPatchNow: Manifest = {
  name: "host-patch-now",
  title: "Patch a host now",
  what: "A host has the patches that its patch baseline approves, and was rebooted where they wait for it.",
  controls: [{ id: "SSM.2" }],
  findingTypes: [],
  resourceTypes: ["AwsEc2Instance", "AwsSsmPatchCompliance"],
  scope: "regional",
  role: hostRole("Bulwark-PatchNow"),
  customAction: {
    id: "HostPatchNow",
    name: "Patch host now",
    description: "Installs the patches that the host's baseline approves, and reboots it if needed",
  },
  mode: "observe",
  irreversible: true,
};
