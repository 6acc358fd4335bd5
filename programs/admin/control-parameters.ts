import { SecurityControl, type SecurityControlArgs } from "@pulumi/aws-native/securityhub/securityControl.js";
import type { Resource } from "@pulumi/pulumi";
import { names } from "../names.ts";
import type { AdminStack } from "./stack.ts";

/**
 * Parameters of single controls where the organization wants others than AWS. Only the Cloud Control API has them, and its
 * provider works in one region. A control can be changed once a standard that has it is on.
 */
export function controlParameters(
  { inputs, native }: AdminStack,
  region: string,
  standards: readonly Resource[],
): void {
  if (inputs.controlParameters.length === 0) return;
  const provider = native(region);
  for (const { controlId, parameters, reason } of inputs.controlParameters) {
    const custom: SecurityControlArgs["parameters"] = Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [name, { valueType: "CUSTOM", value }]),
    );
    new SecurityControl(
      names.securityControl(controlId, region),
      { securityControlId: controlId, parameters: custom, lastUpdateReason: reason },
      { provider, dependsOn: [...standards] },
    );
  }
}
