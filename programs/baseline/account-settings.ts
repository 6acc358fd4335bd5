import { AccountPasswordPolicy } from "@pulumi/aws/iam/accountPasswordPolicy.js";
import { AccountPublicAccessBlock } from "@pulumi/aws/s3/accountPublicAccessBlock.js";
import { names } from "../names.ts";
import type { AccountStack } from "./stack.ts";

/** No bucket of the account can be made public. */
export function publicAccessBlock({ inputs, member, declare }: AccountStack): void {
  declare(
    AccountPublicAccessBlock,
    {
      name: names.publicAccessBlock,
      region: "global",
      wanted: {
        accountId: inputs.accountId,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
    },
    { provider: member },
  );
}

/** The password policy of the account's IAM users, as the settings of the organization have it. */
export function passwordPolicy({ inputs, member, declare }: AccountStack): void {
  declare(
    AccountPasswordPolicy,
    { name: names.passwordPolicy, region: "global", wanted: { ...inputs.passwordPolicy } },
    { provider: member },
  );
}
