import type { Finding } from "./remediation.ts";

/** A user or a role of the account of a finding. */
export interface FoundPrincipal {
  readonly kind: "user" | "role";
  readonly name: string;
  /** The key that it was found by: of a user for good (AKIA) or of a session (ASIA); null where it was found by its ARN. */
  readonly accessKeyId: string | null;
}

/** IAM User Guide, "IAM and AWS STS quotas": names have at most 64 of these. */
const NAME = /^[\w+=,.@-]{1,64}$/;
const ARN = /^arn:aws[a-z-]*:iam::(\d{12}):(user|role)\/([!-~]+)$/;
/** GuardDuty writes the key's id so, other products the id alone. IAM API reference, AccessKey: 16 to 128 word characters. */
const KEY_ID = /^(?:AWS::IAM::AccessKey:)?([A-Z0-9]{16,128})$/;
/** As GuardDuty says whose a key is (user guide, "Finding details": user type). Root and accounts are neither. */
const KINDS: Readonly<Record<string, FoundPrincipal["kind"]>> = { IAMUser: "user", AssumedRole: "role", Role: "role" };

/**
 * The users and roles that a finding is about, by ARN (`AwsIamUser`, `AwsIamRole`) or as owners of an access key (`AwsIamAccessKey`). Whoever is of
 * another account, has no proper name, or is the root user is left out. Pure.
 */
export function principalsOf({ AwsAccountId: accountId, Resources }: Finding): readonly FoundPrincipal[] {
  return Resources.flatMap(({ Type, Id, Details }): FoundPrincipal[] => {
    if (Type === "AwsIamAccessKey") return ofKey(accountId, Id, Details);
    if (Type !== "AwsIamUser" && Type !== "AwsIamRole") return [];
    const [, account, kind, path = ""] = ARN.exec(Id) ?? [];
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (account !== accountId || !NAME.test(name)) return [];
    if (kind === "user" && Type === "AwsIamUser") return [{ kind, name, accessKeyId: null }];
    return kind === "role" && Type === "AwsIamRole" ? [{ kind, name, accessKeyId: null }] : [];
  });
}

/** Security Hub API reference, AwsIamAccessKeyDetails: `UserName` is what `PrincipalName` was before. */
function ofKey(accountId: string, id: string, details: unknown): FoundPrincipal[] {
  const key = object(object(details).AwsIamAccessKey);
  const accessKeyId = KEY_ID.exec(id)?.[1];
  const name = key.PrincipalName ?? key.UserName;
  const type = key.PrincipalType ?? "IAMUser";
  const kind = typeof type === "string" && Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (accessKeyId === undefined || kind === undefined || typeof name !== "string" || !NAME.test(name)) return [];
  if ((key.AccountId ?? accountId) !== accountId) return [];
  return [{ kind, name, accessKeyId }];
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
