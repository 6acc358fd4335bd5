import type { ClientSettings } from "../../provider/place.ts";

export const securityHubClient = async (settings: ClientSettings) => {
  const { SecurityHub } = await import("@aws-sdk/client-securityhub");
  return new SecurityHub(settings);
};

/** How Security Hub answers when it is not enabled or the thing is not there. */
export const absent = [
  "ResourceNotFoundException",
  "InvalidAccessException: not subscribed to AWS Security Hub",
] as const;

/** The first account that a call on members could not do, as an error. */
export function refuseUnprocessed(
  accounts: readonly { AccountId?: string | undefined; ProcessingResult?: string | undefined }[] = [],
): void {
  const [first] = accounts;
  if (first) throw new Error(`unprocessed account ${first.AccountId}: ${first.ProcessingResult}`);
}
