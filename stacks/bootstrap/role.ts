import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { awsNames } from "../../programs/names.ts";
import { type AwsCallPlace, awsCodeOf, callAws } from "../aws/call-error.ts";

/** A managed policy as it should be. */
interface ManagedPolicy {
  readonly policyName: string;
  readonly document: object;
}

/** A role as it should be. Documents are policy JSON. */
export interface RoleDocuments {
  readonly roleName: string;
  readonly description: string;
  readonly trust: object;
  /** Inline policies by name. */
  readonly policies: Readonly<Record<string, object>>;
  readonly boundary?: ManagedPolicy;
  /** Managed policies that are attached to it. */
  readonly attached?: readonly ManagedPolicy[];
  /** Managed policies that stand beside it: the boundaries of roles that it makes. */
  readonly boundariesOfOthers?: readonly ManagedPolicy[];
  /** Changes when any of the documents does; kept as a tag of the role. */
  readonly version: string;
}

/** Where a role stands and the client that may change it. */
export interface RolePlace {
  readonly iam: IAMClient;
  readonly partition: string;
  readonly accountId: string;
  readonly region: string;
  /** How often a trust policy is offered whose principal IAM does not know yet, a second apart; 60 when left out. */
  readonly attempts?: number;
}

export type RoleOutcome = "created" | "updated" | "unchanged";

const VERSION_TAG = "bulwark:version";
/** IAM keeps at most five versions of a managed policy (IAM quotas). */
const POLICY_VERSIONS = 5;

function caller(place: RolePlace, roleName: string) {
  return (operation: string): AwsCallPlace => ({
    activity: `setting up role ${roleName} in account ${place.accountId}`,
    accountId: place.accountId,
    region: place.region,
    call: `iam:${operation}`,
  });
}

/**
 * The version tag of a role, or undefined when the role is not there; empty where it has none, or has a trust policy
 * that nobody can use any more. Where a principal was deleted, IAM shows its unique id in place of its ARN, and a new
 * principal of the same name is not trusted (IAM User Guide, "AWS JSON policy elements: Principal").
 */
export async function roleVersion(place: RolePlace, roleName: string): Promise<string | undefined> {
  const answer = await callAws(
    caller(place, roleName)("GetRole"),
    () => place.iam.send(new GetRoleCommand({ RoleName: roleName })),
    ["NoSuchEntityException", "NoSuchEntity"],
  );
  if (answer?.Role === undefined) return undefined;
  if (/"A(ROA|IDA)\w+"/.test(decodeURIComponent(answer.Role.AssumeRolePolicyDocument ?? ""))) return "";
  return answer.Role.Tags?.find(({ Key }) => Key === VERSION_TAG)?.Value ?? "";
}

/**
 * Creates a role, or brings it to its documents. Safe to repeat: the version tag is written last, so that a run that
 * was cut off is done again. `rewrite` writes the documents whatever the tag says: somebody may have changed them by
 * hand. Throws `AwsCallError`.
 */
export async function ensureRole(
  place: RolePlace,
  role: RoleDocuments,
  { rewrite = false }: { readonly rewrite?: boolean } = {},
): Promise<RoleOutcome> {
  const at = caller(place, role.roleName);
  const RoleName = role.roleName;
  const existing = await roleVersion(place, RoleName);
  if (existing === role.version && !rewrite) return "unchanged";
  const boundaryArn = role.boundary && (await ensureManagedPolicy(place, RoleName, role.boundary));
  for (const policy of role.boundariesOfOthers ?? []) await ensureManagedPolicy(place, RoleName, policy);
  if (existing === undefined) {
    await callAws(at("CreateRole"), () =>
      oncePrincipalIsKnown(place, () =>
        place.iam.send(
          new CreateRoleCommand({
            RoleName,
            Description: role.description,
            AssumeRolePolicyDocument: JSON.stringify(role.trust),
            ...(boundaryArn === undefined ? {} : { PermissionsBoundary: boundaryArn }),
          }),
        ),
      ),
    );
  } else {
    await callAws(at("UpdateAssumeRolePolicy"), () =>
      oncePrincipalIsKnown(place, () =>
        place.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: JSON.stringify(role.trust) })),
      ),
    );
    if (boundaryArn !== undefined) {
      await callAws(at("PutRolePermissionsBoundary"), () =>
        place.iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: boundaryArn })),
      );
    }
  }
  // First, so that what moves from one to the other is never missing.
  for (const policy of role.attached ?? []) {
    const PolicyArn = await ensureManagedPolicy(place, RoleName, policy);
    await callAws(at("AttachRolePolicy"), () => place.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })));
  }
  await replaceInlinePolicies(place, role);
  await detachOwnPolicies(place, RoleName, role.attached);
  await callAws(at("TagRole"), () =>
    place.iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: VERSION_TAG, Value: role.version }] })),
  );
  return existing === undefined ? "created" : "updated";
}

/** IAM is eventually consistent: it refuses a trust policy that names a role of a moment ago as malformed. */
async function oncePrincipalIsKnown<T>({ attempts = 60 }: RolePlace, send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      const unknown =
        awsCodeOf(error)?.startsWith("MalformedPolicyDocument") === true &&
        /invalid principal/i.test((error as Error).message);
      if (!unknown || attempt >= attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

async function replaceInlinePolicies(place: RolePlace, role: RoleDocuments): Promise<void> {
  const at = caller(place, role.roleName);
  const RoleName = role.roleName;
  for (const [PolicyName, document] of Object.entries(role.policies)) {
    await callAws(at("PutRolePolicy"), () =>
      place.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(document) })),
    );
  }
  const { PolicyNames } = await callAws(at("ListRolePolicies"), () =>
    place.iam.send(new ListRolePoliciesCommand({ RoleName })),
  );
  for (const PolicyName of (PolicyNames ?? []).filter((name) => role.policies[name] === undefined)) {
    await callAws(at("DeleteRolePolicy"), () => place.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
  }
}

/** Detaches and deletes the managed policies that were made for a role's rights, but for those that it is to keep. */
async function detachOwnPolicies(
  place: RolePlace,
  RoleName: string,
  kept: readonly ManagedPolicy[] = [],
): Promise<void> {
  const at = caller(place, RoleName);
  const absent = ["NoSuchEntityException", "NoSuchEntity"];
  const own = awsNames.rolePolicy(RoleName, "");
  // A page takes a hundred; a role can have twenty at most (IAM quotas).
  const found = await callAws(
    at("ListAttachedRolePolicies"),
    () => place.iam.send(new ListAttachedRolePoliciesCommand({ RoleName })),
    absent,
  );
  for (const { PolicyName = "", PolicyArn } of found?.AttachedPolicies ?? []) {
    if (!PolicyName.startsWith(own) || kept.some(({ policyName }) => policyName === PolicyName)) continue;
    const command = new DetachRolePolicyCommand({ RoleName, PolicyArn });
    await callAws(at("DetachRolePolicy"), () => place.iam.send(command), absent);
    await removeManagedPolicy(place, RoleName, PolicyName);
  }
}

function policyArn(place: RolePlace, policyName: string): string {
  return `arn:${place.partition}:iam::${place.accountId}:policy/${policyName}`;
}

async function ensureManagedPolicy(place: RolePlace, roleName: string, boundary: ManagedPolicy): Promise<string> {
  const at = caller(place, roleName);
  const PolicyArn = policyArn(place, boundary.policyName);
  const PolicyDocument = JSON.stringify(boundary.document);
  const versions = await callAws(
    at("ListPolicyVersions"),
    () => place.iam.send(new ListPolicyVersionsCommand({ PolicyArn })),
    ["NoSuchEntityException", "NoSuchEntity"],
  );
  if (versions === undefined) {
    await callAws(at("CreatePolicy"), () =>
      place.iam.send(new CreatePolicyCommand({ PolicyName: boundary.policyName, PolicyDocument })),
    );
    return PolicyArn;
  }
  const old = (versions.Versions ?? [])
    .filter(({ IsDefaultVersion }) => !IsDefaultVersion)
    .sort((a, b) => (a.CreateDate?.getTime() ?? 0) - (b.CreateDate?.getTime() ?? 0));
  if (old.length >= POLICY_VERSIONS - 1) {
    await callAws(at("DeletePolicyVersion"), () =>
      place.iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: old[0]?.VersionId })),
    );
  }
  await callAws(at("CreatePolicyVersion"), () =>
    place.iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true })),
  );
  return PolicyArn;
}

/** Removes a role and the managed policies of these names. What is gone already is passed over. Throws `AwsCallError`. */
export async function removeRole(
  place: RolePlace,
  role: Pick<RoleDocuments, "roleName"> & { readonly policyNames: readonly string[] },
): Promise<void> {
  const at = caller(place, role.roleName);
  const absent = ["NoSuchEntityException", "NoSuchEntity"];
  const RoleName = role.roleName;
  const inline = await callAws(
    at("ListRolePolicies"),
    () => place.iam.send(new ListRolePoliciesCommand({ RoleName })),
    absent,
  );
  for (const PolicyName of inline?.PolicyNames ?? []) {
    const command = new DeleteRolePolicyCommand({ RoleName, PolicyName });
    await callAws(at("DeleteRolePolicy"), () => place.iam.send(command), absent);
  }
  await detachOwnPolicies(place, RoleName);
  await callAws(at("DeleteRole"), () => place.iam.send(new DeleteRoleCommand({ RoleName })), absent);
  for (const policyName of role.policyNames) await removeManagedPolicy(place, role.roleName, policyName);
}

async function removeManagedPolicy(place: RolePlace, roleName: string, policyName: string): Promise<void> {
  const at = caller(place, roleName);
  const absent = ["NoSuchEntityException", "NoSuchEntity"];
  const PolicyArn = policyArn(place, policyName);
  const versions = await callAws(
    at("ListPolicyVersions"),
    () => place.iam.send(new ListPolicyVersionsCommand({ PolicyArn })),
    absent,
  );
  for (const { VersionId } of (versions?.Versions ?? []).filter(({ IsDefaultVersion }) => !IsDefaultVersion)) {
    const command = new DeletePolicyVersionCommand({ PolicyArn, VersionId });
    await callAws(at("DeletePolicyVersion"), () => place.iam.send(command), absent);
  }
  await callAws(at("DeletePolicy"), () => place.iam.send(new DeletePolicyCommand({ PolicyArn })), absent);
}
