import { EncryptionByDefault } from "@pulumi/aws/ebs/encryptionByDefault.js";
import { names } from "../names.ts";
import type { AccountStack } from "./stack.ts";

/** New EBS volumes of the region are encrypted, whoever makes them. */
export function ebsEncryption({ member, declare }: AccountStack, region: string): void {
  declare(
    EncryptionByDefault,
    { name: names.ebsEncryption(region), region, wanted: { enabled: true } },
    { provider: member },
  );
}
