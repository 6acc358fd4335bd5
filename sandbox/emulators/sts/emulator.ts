import type { AssumeRootRequest, AssumeRootResponse } from "@aws-sdk/client-sts";
import { AwsError, type Call, type EmulatorFactory, type OrganizationView } from "../../gateway/emulator.ts";
import { rootFeatures } from "../iam/root-features.ts";

const SERVICE = "iam.amazonaws.com";
const TASK = /^arn:aws[a-z-]*:iam::aws:policy\/root-task\/(\w+)$/;
/** Which feature lets sessions for a task be opened (IAM User Guide, "Centralize root access for member accounts"). */
const TASKS = {
  IAMAuditRootUserCredentials: "RootCredentialsManagement",
  IAMCreateRootUserPassword: "RootCredentialsManagement",
  IAMDeleteRootUserCredentials: "RootCredentialsManagement",
  S3UnlockBucketPolicy: "RootSessions",
  SQSUnlockQueuePolicy: "RootSessions",
} as const;

type Task = keyof typeof TASKS;

/** Sessions of members' root users. Everything else of AWS STS is MiniStack's. */
export const sts: EmulatorFactory = ({ organization, openRootSession }) => ({
  signingName: "sts",
  model: "sts",
  operations: {
    async AssumeRoot(call: Call<AssumeRootRequest>): Promise<AssumeRootResponse> {
      const { TargetPrincipal = "", TaskPolicyArn, DurationSeconds: seconds = 900 } = call.input;
      const accountId = accountOf(TargetPrincipal);
      if (accountId === undefined)
        throw invalid(`${TargetPrincipal} is neither an account ID nor the ARN of a root user`);
      const task = TASK.exec(TaskPolicyArn?.arn ?? "")?.[1];
      if (!isTask(task)) throw invalid(`${TaskPolicyArn?.arn} is not a policy for root tasks`);
      if (!mayOpen(organization, call, accountId, task)) throw denied(call, accountId);
      const { sourceIdentity } = call.principal;
      const { expiration, ...keys } = await openRootSession({ accountId, task, seconds, sourceIdentity });
      return {
        Credentials: {
          AccessKeyId: keys.accessKeyId,
          SecretAccessKey: keys.secretAccessKey,
          SessionToken: keys.sessionToken,
          Expiration: new Date(expiration * 1000),
        },
        ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
      };
    },
  },
  authorization({ input }) {
    const { TargetPrincipal = "", TaskPolicyArn } = input as Partial<AssumeRootRequest>;
    const context = TaskPolicyArn?.arn === undefined ? {} : { "sts:TaskPolicyArn": TaskPolicyArn.arn };
    return { resources: [rootArn(accountOf(TargetPrincipal) ?? "*")], context };
  },
});

function accountOf(target: string): string | undefined {
  return /^(?:arn:aws[a-z-]*:iam::)?(\d{12})(?::root)?$/.exec(target)?.[1];
}

function isTask(task: string | undefined): task is Task {
  return task !== undefined && Object.hasOwn(TASKS, task);
}

/**
 * Of the management account or a delegated administrator of IAM, into another member; never by a root user's own credentials
 * (AWS STS API reference, AssumeRoot).
 */
function mayOpen(
  organization: OrganizationView,
  { accountId: caller, principal }: Call<unknown>,
  target: string,
  task: Task,
): boolean {
  const { managementAccountId } = organization;
  if (principal.type === "Root" || !organization.hasTrustedAccess(SERVICE)) return false;
  if (caller !== managementAccountId && !organization.delegatedAdministrators(SERVICE).includes(caller)) return false;
  if (!organization.isMember(target) || target === managementAccountId) return false;
  return rootFeatures(organization).has(TASKS[task]);
}

function rootArn(accountId: string): string {
  return `arn:aws:iam::${accountId}:root`;
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationError", message);
}

function denied({ principal }: Call<unknown>, accountId: string): AwsError {
  const message = `User: ${principal.arn} is not authorized to perform: sts:AssumeRoot on resource: ${rootArn(accountId)}`;
  return new AwsError("AccessDenied", message, 403);
}
