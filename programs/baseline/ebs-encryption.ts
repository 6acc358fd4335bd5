import { EncryptionByDefault } from "@pulumi/aws/ebs/encryptionByDefault.js";
import { names } from "../names.ts";
import type { BaselineStack } from "./stack.ts";

/** New EBS volumes of the region are encrypted, whoever makes them. */
export function ebsEncryption({ member, declare }: BaselineStack, region: string): void {
  declare(
    EncryptionByDefault,
    { name: names.ebsEncryption(region), region, wanted: { enabled: true } },
    { provider: member },
  );
}
