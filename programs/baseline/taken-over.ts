import { AlternativeContact } from "@pulumi/aws/account/alternativeContact.js";
import { SnapshotBlockPublicAccess } from "@pulumi/aws/ebs/snapshotBlockPublicAccess.js";
import { DefaultSecurityGroup } from "@pulumi/aws/ec2/defaultSecurityGroup.js";
import { ImageBlockPublicAccess } from "@pulumi/aws/ec2/imageBlockPublicAccess.js";
import { InstanceMetadataDefaults } from "@pulumi/aws/ec2/instanceMetadataDefaults.js";
import type { CustomResource, CustomResourceOptions } from "@pulumi/pulumi";
import { resourceTypes } from "../resource-types.ts";
import type { BaselineStack } from "./stack.ts";

/** A class whose arguments an adoption knows. */
type AnyClass = new (name: string, args: object, options?: CustomResourceOptions) => CustomResource;

const CLASSES: Readonly<Record<string, AnyClass>> = {
  [resourceTypes.securityContact]: AlternativeContact as AnyClass,
  [resourceTypes.snapshotSharing]: SnapshotBlockPublicAccess as AnyClass,
  [resourceTypes.imageSharing]: ImageBlockPublicAccess as AnyClass,
  [resourceTypes.instanceMetadata]: InstanceMetadataDefaults as AnyClass,
  [resourceTypes.defaultSecurityGroup]: DefaultSecurityGroup as AnyClass,
};

/** Declares what was taken over, as it was, and nothing else. Throws an `Error` for a type that can't be taken over. */
export function takenOver({ inputs, member, declare }: BaselineStack): void {
  for (const { type, name, region, decision, before } of inputs.adoptions) {
    if (decision !== "takeOver") continue;
    const Class = CLASSES[type];
    if (Class === undefined) throw new Error(`putting back ${name}: nothing of type ${type} is taken over`);
    declare(Class, { name, region, wanted: before }, { provider: member });
  }
}
