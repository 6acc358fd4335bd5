import { AssumeRoleCommand, type STSClient } from "@aws-sdk/client-sts";
import type { AnyRemediation, ClientSettings, Session } from "../remediation.ts";
import type { AsffFinding } from "../response/finding.ts";
import { incidentOf } from "../response/incident.ts";

/** Seconds, the fewest that STS gives (AWS STS API reference, AssumeRole): as long as a function may run. */
const SESSION_SECONDS = 900;

/** Sessions of remediations' roles for the work on one message, with the clients made of them. */
export interface Sessions {
  session(remediation: AnyRemediation, finding: AsffFinding): Promise<Session>;
  /** Ends the connections of all clients. */
  close(): void;
}

/** How the role of a remediation is called in every member account. */
export const remediationRole = (name: string) => `BulwarkRemediation-${name}`;

/**
 * Becomes `BulwarkRemediation-<name>` in the finding's account. The session is named as the incident, and so is its source identity, so that CloudTrail tells
 * for each call of which incident it was. Rejects where the role can't be assumed.
 */
export function sessions(sts: STSClient, partition: string): Sessions {
  /** By class, then by role and region. */
  const clients = new Map<unknown, Map<string, unknown>>();

  const credentialsOf = async (RoleArn: string, incident: string) => {
    try {
      const { Credentials } = await sts.send(
        new AssumeRoleCommand({
          RoleArn,
          RoleSessionName: incident,
          SourceIdentity: incident,
          DurationSeconds: SESSION_SECONDS,
        }),
      );
      const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials ?? {};
      if (!AccessKeyId || !SecretAccessKey || !SessionToken) throw new Error("AWS STS answers without credentials");
      return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`assuming role ${RoleArn}: ${reason}`, { cause: error });
    }
  };

  return {
    async session({ manifest }, finding) {
      const { AwsAccountId: accountId, Region } = finding;
      const role = `arn:${partition}:iam::${accountId}:role/${remediationRole(manifest.name)}`;
      const keys = await credentialsOf(role, incidentOf(finding).id);
      return {
        partition,
        accountId,
        region: Region,
        client<Client>(Class: new (settings: ClientSettings) => Client, region = Region): Client {
          const ofClass = clients.get(Class) ?? new Map<string, unknown>();
          clients.set(Class, ofClass);
          const key = `${role} ${region}`;
          const known = ofClass.get(key) as Client | undefined;
          if (known !== undefined) return known;
          const made = new Class({ region, credentials: async () => keys });
          ofClass.set(key, made);
          return made;
        },
      };
    },
    close() {
      for (const ofClass of clients.values()) {
        for (const client of ofClass.values()) if (isClosable(client)) client.destroy();
      }
      clients.clear();
    },
  };
}

const isClosable = (client: unknown): client is { destroy(): void } =>
  typeof client === "object" && client !== null && "destroy" in client && typeof client.destroy === "function";
