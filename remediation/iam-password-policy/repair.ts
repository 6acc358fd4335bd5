import { GetAccountPasswordPolicyCommand, IAMClient } from "@aws-sdk/client-iam";
import { orNull } from "../aws-errors.ts";
import type { Repair } from "../repair.ts";
import { isEnough, type PasswordTarget, targetsOf } from "./decide.ts";
import { iamPasswordPolicy as manifest } from "./manifest.ts";

/** The password policy of an account's IAM users. */
export const iamPasswordPolicyRepair: Repair<PasswordTarget> = {
  manifest,
  targetsOf,
  told: ({ accountId }) => `the password policy of account ${accountId}`,
  async isWell(session, { wanted }) {
    const call = session.client(IAMClient).send(new GetAccountPasswordPolicyCommand({}));
    const found = await orNull(call, "NoSuchEntityException", "NoSuchEntity");
    return isEnough(found?.PasswordPolicy ?? null, wanted);
  },
};
