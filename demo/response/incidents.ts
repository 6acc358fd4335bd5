import { type AwsSecurityFinding, SecurityHub } from "@aws-sdk/client-securityhub";
import { type RootAccess, rootAccess } from "../../sandbox/organization/root-access.ts";
import type { ReceivedMessage } from "../../sandbox/receivers/slack.ts";
import type { Client } from "../client.ts";
import type { Receivers } from "./receivers.ts";
import type { Timeline } from "./timeline.ts";

/** Where responses are watched from: as whoever uses AWS, the receivers and the API. */
export interface Stage {
  readonly client: Client;
  /** A client of somebody else. */
  readonly as: (token: string) => Client;
  /** Where AWS answers. */
  readonly endpoint: string;
  readonly region: string;
  readonly receivers: Receivers;
}

/** What happens in one account. */
export interface Scene {
  readonly account: string;
  readonly title: string;
  /** Makes what will be attacked: it is there before Bulwark comes. */
  prepare(): Promise<void>;
  /** Throws where something of it does not happen. `begin` makes its timeline, which begins with the finding. */
  play(begin: () => Timeline): Promise<void>;
}

/** An incident, as the API answers it. */
export interface Incident {
  readonly id: string;
  readonly state: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly history: readonly { readonly state: string; readonly by: string; readonly why: string }[];
}

/** What a product found: the account, and the rest as the AWS Security Finding Format has it. */
export interface Found {
  readonly id: string;
  readonly account: string;
  readonly product: string;
  readonly title: string;
  readonly description: string;
  readonly type: string;
  readonly severity: "CRITICAL" | "HIGH";
  readonly resource: { readonly type: "AwsS3Bucket" | "AwsEc2Instance"; readonly id: string };
}

/** AWS SDK settings of an account's root. */
export const rootOf = ({ endpoint, region }: Stage, account: string): RootAccess =>
  rootAccess(endpoint, account, region);

/** Imports a finding into Security Hub of its account. Throws where it is refused. */
export async function importFinding(hub: SecurityHub, region: string, found: Found, now: Date): Promise<void> {
  const at = now.toISOString();
  const finding: AwsSecurityFinding = {
    SchemaVersion: "2018-10-08",
    Id: found.id,
    ProductArn: `arn:aws:securityhub:${region}:${found.account}:product/${found.account}/default`,
    ProductName: found.product,
    GeneratorId: found.product,
    AwsAccountId: found.account,
    ...{ CreatedAt: at, UpdatedAt: at },
    ...{ Title: found.title, Description: found.description, Types: [found.type] },
    Severity: { Label: found.severity },
    Resources: [{ Type: found.resource.type, Id: found.resource.id, Region: region }],
  };
  const { FailedFindings: [refused] = [] } = await hub.batchImportFindings({ Findings: [finding] });
  if (refused !== undefined) {
    throw new Error(`importing finding ${found.id}: ${refused.ErrorCode}: ${refused.ErrorMessage}`);
  }
}

/** Asks Security Hub for a finding of that workflow status. */
export function findingWith(hub: SecurityHub, id: string, status: "NOTIFIED" | "RESOLVED") {
  return async (): Promise<AwsSecurityFinding | undefined> => {
    const { Findings = [] } = await hub.getFindings({ Filters: { Id: [{ Value: id, Comparison: "EQUALS" }] } });
    return Findings.find(({ Workflow }) => Workflow?.Status === status);
  };
}

/** Security Hub of an account. */
export const hubOf = (stage: Stage, account: string) => new SecurityHub(rootOf(stage, account));

/** Asks the API for the incident of a resource, once it is in that state. */
export function incidentIn({ client }: Stage, { account, resource }: Found, state: "verified" | "undone") {
  const shelf = state === "verified" ? "closed" : "open";
  return async (): Promise<Incident | undefined> => {
    const query = new URLSearchParams({ account, shelf, state });
    const { items } = await client.get<{ items: readonly Incident[] }>(`/remediations?${query}`);
    const listed = items.find((one) => one.resource.id === resource.id);
    return listed === undefined ? undefined : client.get<Incident>(`/remediations/${listed.id}`);
  };
}

/** The incident's message in Slack, once it says these words. */
export function messageSaying({ receivers: { slack } }: Stage, about: string, ...words: readonly string[]) {
  return (): ReceivedMessage | undefined =>
    slack.messages.find(({ thread, text, blocks }) => {
      const said = text + JSON.stringify(blocks);
      return thread === undefined && [about, ...words].every((one) => said.includes(one));
    });
}

/** The finding in Splunk, once it has come there with that workflow status. */
export function indexedAs({ receivers: { splunk } }: Stage, findingId: string, status: string) {
  return () => splunk.indexed.find(({ event, fields }) => event.Id === findingId && fields.workflow === status);
}

/** The ticket at the desk that has that status and says these words. */
export function ticketOf(
  { receivers: { desk } }: Stage,
  about: string,
  status: "Open" | "Closed",
  ...words: readonly string[]
) {
  return () =>
    desk.incidents.find((ticket) => {
      const said = JSON.stringify(ticket);
      return ticket.Status === status && [about, ...words].every((one) => said.includes(one));
    });
}

/** Who did what, from the first step to the last: `asked by Bulwark, approved by Ada`. */
export const toldHistory = ({ history }: Incident): string =>
  history.map(({ state, by }) => `${state} by ${by}`).join(", ");

/** As people name it in a sentence. */
export const short = (id: string): string => id.slice(0, 8);
