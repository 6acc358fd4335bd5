import {
  BatchGetAccountStatusCommand,
  GetMemberCommand,
  Inspector2Client,
  ListDelegatedAdminAccountsCommand,
} from "@aws-sdk/client-inspector2";
import type { ScanType } from "../../programs/inspector-settings.ts";
import type { ScanStatuses } from "../../programs/readiness.ts";
import { clientSettings, type Reading, reader } from "./reading.ts";

const ON = ["ENABLED", "ENABLING"];

/** The scans that an account has on in a region, or is about to, asked by itself; empty where Inspector is off. */
export async function readScans(reading: Reading, region: string): Promise<ScanType[]> {
  const statuses = await readScanStatuses(reading, region);
  return (Object.keys(statuses) as ScanType[]).filter((type) => ON.includes(statuses[type] ?? ""));
}

/** How far the scans of an account are in a region, asked by itself: what it does not tell is left out. */
export async function readScanStatuses(reading: Reading, region: string): Promise<ScanStatuses> {
  const client = new Inspector2Client(clientSettings(reading, region));
  const { need } = reader(reading, region, "Inspector's scans");
  try {
    const { accounts } = await need("inspector2:BatchGetAccountStatus", () =>
      client.send(new BatchGetAccountStatusCommand({})),
    );
    const { ec2, ecr, lambda, lambdaCode, codeRepository } = accounts?.[0]?.resourceState ?? {};
    const states = { EC2: ec2, ECR: ecr, LAMBDA: lambda, LAMBDA_CODE: lambdaCode, CODE_REPOSITORY: codeRepository };
    return Object.fromEntries(
      Object.entries(states).flatMap(([type, state]) => (state?.status === undefined ? [] : [[type, state.status]])),
    );
  } finally {
    client.destroy();
  }
}

/** Whether the security account's Inspector has `memberId` as an associated member. */
export async function readInspectorMembership(reading: Reading, region: string, memberId: string): Promise<boolean> {
  return (await readInspectorMember(reading, region, memberId)) === "ENABLED";
}

/** How `memberId` stands to the security account's Inspector, `ENABLED` where it is associated; undefined where it never was. */
export async function readInspectorMember(
  reading: Reading,
  region: string,
  memberId: string,
): Promise<string | undefined> {
  const client = new Inspector2Client(clientSettings(reading, region));
  const { find } = reader(reading, region, "Inspector's members");
  try {
    const answer = await find(
      "inspector2:GetMember",
      () => client.send(new GetMemberCommand({ accountId: memberId })),
      // Inspector refuses who asks about an account that was never a member, or is no administrator yet.
      ["AccessDeniedException", "ResourceNotFoundException"],
    );
    return answer?.member?.relationshipStatus;
  } finally {
    client.destroy();
  }
}

/** Who administers the organization's Inspector in a region, asked by the management account. */
export async function readInspectorAdministrator(reading: Reading, region: string): Promise<string | undefined> {
  const client = new Inspector2Client(clientSettings(reading, region));
  const { need } = reader(reading, region, "the Inspector administrator");
  try {
    const { delegatedAdminAccounts } = await need("inspector2:ListDelegatedAdminAccounts", () =>
      client.send(new ListDelegatedAdminAccountsCommand({})),
    );
    return delegatedAdminAccounts?.[0]?.accountId;
  } finally {
    client.destroy();
  }
}
