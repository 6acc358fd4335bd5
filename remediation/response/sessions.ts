import { AssumeRoleCommand, type STSClient } from "@aws-sdk/client-sts";
import type { ClientSettings, Session } from "../remediation.ts";

/** A session and its end: the clients that it made keep connections open. */
export interface OpenSession {
  readonly session: Session;
  close(): void;
}

/** Seconds: the least that STS gives (AWS STS API reference, AssumeRole); a function's invocation is over long before. */
const DURATION = 900;

interface Destroyed {
  destroy(): void;
}

const isDestroyed = (client: unknown): client is Destroyed =>
  typeof client === "object" && client !== null && "destroy" in client && typeof client.destroy === "function";

/**
 * Becomes the role of a remediation in the account of a finding. The session's name and source identity are the incident's id: CloudTrail leads from
 * each change to it. Throws where the account does not let it.
 */
export async function openSession(
  sts: STSClient,
  where: {
    readonly partition: string;
    readonly accountId: string;
    readonly region: string;
    readonly remediation: string;
    readonly incident: string;
  },
): Promise<OpenSession> {
  const { partition, accountId, region, remediation, incident } = where;
  const RoleArn = `arn:${partition}:iam::${accountId}:role/BulwarkRemediation-${remediation}`;
  let Credentials:
    | { AccessKeyId?: string | undefined; SecretAccessKey?: string | undefined; SessionToken?: string | undefined }
    | undefined;
  try {
    ({ Credentials } = await sts.send(
      new AssumeRoleCommand({
        RoleArn,
        RoleSessionName: incident,
        SourceIdentity: incident,
        DurationSeconds: DURATION,
      }),
    ));
  } catch (error) {
    throw new Error(
      `assuming role ${RoleArn}: ${error instanceof Error ? error.message : String(error)}; is the account's baseline deployed?`,
      { cause: error },
    );
  }
  const {
    AccessKeyId: accessKeyId = "",
    SecretAccessKey: secretAccessKey = "",
    SessionToken: sessionToken = "",
  } = Credentials ?? {};
  const made = new Map<unknown, Map<string, unknown>>();
  return {
    session: {
      ...{ partition, accountId, region },
      client<Client>(Class: new (settings: ClientSettings) => Client, at = region): Client {
        const ofClass = made.get(Class) ?? new Map<string, unknown>();
        made.set(Class, ofClass);
        const kept = ofClass.get(at);
        if (kept instanceof Class) return kept;
        const client = new Class({
          region: at,
          credentials: async () => ({ accessKeyId, secretAccessKey, sessionToken }),
        });
        ofClass.set(at, client);
        return client;
      },
    },
    close() {
      for (const ofClass of made.values()) {
        for (const client of ofClass.values()) if (isDestroyed(client)) client.destroy();
      }
      made.clear();
    },
  };
}
