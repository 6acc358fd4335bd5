import { CreateServiceLinkedRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import type { Aws } from "./emulator.ts";

/** Creates the service-linked role of `servicePrincipal` in the account, as the account's root; one that exists stays. */
export async function createServiceLinkedRole(aws: Aws, accountId: string, servicePrincipal: string): Promise<void> {
  const iam = new IAMClient(aws.asRoot(accountId, "us-east-1"));
  try {
    await iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: servicePrincipal }));
  } catch (error) {
    // IAM answers InvalidInput "has been taken in this account" for a role that exists.
    if (!(error instanceof Error && /InvalidInput|EntityAlreadyExists/.test(error.name))) throw error;
  } finally {
    iam.destroy();
  }
}
