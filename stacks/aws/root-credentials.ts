import {
  DeactivateMFADeviceCommand,
  DeleteAccessKeyCommand,
  DeleteLoginProfileCommand,
  DeleteSigningCertificateCommand,
  GetLoginProfileCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListMFADevicesCommand,
  ListSigningCertificatesCommand,
} from "@aws-sdk/client-iam";
import { AssumeRootCommand, STSClient } from "@aws-sdk/client-sts";
import type { Partition } from "../../programs/partition.ts";
import { type RootCredentials, type RootTask, rootTaskPolicy } from "../../programs/root-credentials.ts";
import { AwsCallError, callAws } from "./call-error.ts";
import type { SessionCredentials } from "./session.ts";

/** The longest that AWS gives (AWS STS API reference, AssumeRoot). */
const SESSION_SECONDS = 900;
const ABSENT = ["NoSuchEntityException", "NoSuchEntity"];

export interface RootRequest {
  /** The member whose root user is meant. */
  readonly accountId: string;
  /** Who may open sessions of root users: a role of the management account. */
  readonly management: { readonly accountId: string; readonly credentials: SessionCredentials };
  readonly partition: Partition;
  /** Where AWS STS is asked: AssumeRoot is not served by the global endpoint, and the SDK calls that of the region. */
  readonly region: string;
  readonly endpoint?: string;
}

interface Held {
  readonly password: boolean;
  readonly accessKeys: readonly string[];
  readonly signingCertificates: readonly string[];
  readonly mfaDevices: readonly string[];
}

/** What credentials a member's root user has. It only looks. Throws `AwsCallError`. */
export async function readRootCredentials(request: RootRequest): Promise<RootCredentials> {
  return asRoot(request, "IAMAuditRootUserCredentials", async (root) => counted(request.accountId, await held(root)));
}

/**
 * Removes every credential of a member's root user. One that is gone by then is passed over, so that it can be repeated.
 * Throws `AwsCallError`.
 *
 * @returns what was there
 */
export async function removeRootCredentials(request: RootRequest): Promise<RootCredentials> {
  return asRoot(request, "IAMDeleteRootUserCredentials", async (root) => {
    const there = await held(root);
    const { iam, call } = root;
    for (const AccessKeyId of there.accessKeys) {
      await call("DeleteAccessKey", () => iam.send(new DeleteAccessKeyCommand({ AccessKeyId })), ABSENT);
    }
    for (const CertificateId of there.signingCertificates) {
      await call(
        "DeleteSigningCertificate",
        () => iam.send(new DeleteSigningCertificateCommand({ CertificateId })),
        ABSENT,
      );
    }
    if (there.password) await call("DeleteLoginProfile", () => iam.send(new DeleteLoginProfileCommand({})), ABSENT);
    // Last: a root user that still has a password keeps its second factor until that is gone. A virtual device stays in the account,
    // unassigned: the task policy does not let it be deleted (IAM User Guide, IAMDeleteRootUserCredentials, 2025-01-07).
    for (const SerialNumber of there.mfaDevices) {
      await call("DeactivateMFADevice", () => iam.send(new DeactivateMFADeviceCommand({ SerialNumber })), ABSENT);
    }
    return counted(request.accountId, there);
  });
}

interface Root {
  readonly iam: IAMClient;
  call<T>(name: string, send: () => Promise<T>): Promise<T>;
  call<T>(name: string, send: () => Promise<T>, absent: readonly string[]): Promise<T | undefined>;
}

async function asRoot<T>(request: RootRequest, task: RootTask, work: (root: Root) => Promise<T>): Promise<T> {
  const { accountId, region } = request;
  const iam = new IAMClient({ ...clientSettings(request), credentials: await sessionOf(request, task) });
  const place = (name: string) => ({
    activity: `${task === "IAMAuditRootUserCredentials" ? "looking for" : "removing"} credentials of the root user of account ${accountId}`,
    ...{ accountId, region, call: `iam:${name}` },
  });
  const call = async <R>(name: string, send: () => Promise<R>, absent: readonly string[] = []) => {
    try {
      return await callAws(place(name), send, absent);
    } catch (error) {
      if (!(error instanceof AwsCallError) || error.failure !== "access_denied") throw error;
      throw new AwsCallError(
        place(name),
        error.cause,
        `Look for a service control policy that denies root users of account ${accountId}: it has to let sessions of AssumeRoot pass (condition aws:AssumedRoot). Then run the operation again.`,
      );
    }
  };
  try {
    return await work({ iam, call: call as Root["call"] });
  } finally {
    iam.destroy();
  }
}

async function sessionOf(request: RootRequest, task: RootTask) {
  const { accountId, management, region, partition } = request;
  const { expiration: _, ...credentials } = management.credentials;
  const sts = new STSClient({ ...clientSettings(request), credentials });
  const place = {
    activity: `opening a session of the root user of account ${accountId}`,
    accountId: management.accountId,
    region,
    call: "sts:AssumeRoot",
  };
  try {
    const answer = await callAws(place, () =>
      sts.send(
        new AssumeRootCommand({
          TargetPrincipal: accountId,
          TaskPolicyArn: { arn: rootTaskPolicy(partition, task) },
          DurationSeconds: SESSION_SECONDS,
        }),
      ),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken } = answer.Credentials ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken) {
      throw new Error(`${place.activity}: AWS STS answered without credentials`);
    }
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  } catch (error) {
    if (!(error instanceof AwsCallError) || error.failure !== "access_denied") throw error;
    throw new AwsCallError(
      place,
      error.cause,
      "An administrator of the management account runs make bootstrap, which lets Bulwark's role open such sessions; POST /admin/deployments switches central root access on, if it is off. Then run the operation again.",
    );
  } finally {
    sts.destroy();
  }
}

function clientSettings({ region, endpoint }: RootRequest) {
  return { region, retryMode: "adaptive", maxAttempts: 5, ...(endpoint === undefined ? {} : { endpoint }) };
}

/** A root user has a handful of each at most, so that one page tells all: two access keys and certificates, eight MFA devices. */
async function held({ iam, call }: Root): Promise<Held> {
  const login = await call("GetLoginProfile", () => iam.send(new GetLoginProfileCommand({})), ABSENT);
  const keys = await call("ListAccessKeys", () => iam.send(new ListAccessKeysCommand({})));
  const certificates = await call("ListSigningCertificates", () => iam.send(new ListSigningCertificatesCommand({})));
  const devices = await call("ListMFADevices", () => iam.send(new ListMFADevicesCommand({})));
  return {
    password: login !== undefined,
    accessKeys: named(keys.AccessKeyMetadata?.map(({ AccessKeyId }) => AccessKeyId)),
    signingCertificates: named(certificates.Certificates?.map(({ CertificateId }) => CertificateId)),
    mfaDevices: named(devices.MFADevices?.map(({ SerialNumber }) => SerialNumber)),
  };
}

function named(ids: readonly (string | undefined)[] = []): string[] {
  return ids.filter((id) => id !== undefined);
}

function counted(accountId: string, { password, accessKeys, signingCertificates, mfaDevices }: Held): RootCredentials {
  return {
    accountId,
    password,
    accessKeys: accessKeys.length,
    signingCertificates: signingCertificates.length,
    mfaDevices: mfaDevices.length,
  };
}
