import type { Provider as NativeProvider } from "@pulumi/aws-native/provider.js";
import { SecurityControl, type SecurityControlArgs } from "@pulumi/aws-native/securityhub/securityControl.js";
import type { Resource } from "@pulumi/pulumi";
import { names } from "./names.ts";
import type { ControlParameters } from "./settings.ts";
import type { StandardName } from "./standards.ts";

/** Those of controls that one of these standards has. */
export function parametersUnder<Chosen extends Pick<ControlParameters, "standards">>(
  chosen: readonly Chosen[],
  on: readonly StandardName[],
): Chosen[] {
  return chosen.filter(({ standards }) => standards?.some((standard) => on.includes(standard)) ?? true);
}

interface Owner {
  readonly inputs: {
    readonly controlParameters: readonly ControlParameters[];
    readonly standards: readonly StandardName[];
  };
  /** The provider of the account in a region. */
  readonly native: (region: string) => NativeProvider;
}

/**
 * Parameters of single controls where the organization wants others than AWS, in one account and region: without central configuration
 * they are set in each by itself (Security Hub CSPM User Guide, "Customizing control parameter values"). Only the Cloud Control API has
 * them, and its provider works in one region. A control can be changed once a standard that has it is on.
 */
export function controlParameters({ inputs, native }: Owner, region: string, standards: readonly Resource[]): void {
  for (const { controlId, parameters, reason } of parametersUnder(inputs.controlParameters, inputs.standards)) {
    const custom: SecurityControlArgs["parameters"] = Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [name, { valueType: "CUSTOM", value }]),
    );
    new SecurityControl(
      names.securityControl(controlId, region),
      { securityControlId: controlId, parameters: custom, lastUpdateReason: reason },
      { provider: native(region), dependsOn: [...standards] },
    );
  }
}

/** The same, where they are not this stack's any more: in AWS they stay as they are, and what leaves the stack stays, too. */
export function keptControlParameters(
  { native }: Pick<Owner, "native">,
  region: string,
  controls: readonly string[],
): void {
  for (const controlId of controls) {
    new SecurityControl(
      names.securityControl(controlId, region),
      { securityControlId: controlId, parameters: {} },
      { provider: native(region), retainOnDelete: true, ignoreChanges: ["parameters", "lastUpdateReason"] },
    );
  }
}
