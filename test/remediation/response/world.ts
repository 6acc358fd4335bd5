import { CreateTableCommand, type DynamoDBClient, waitUntilTableExists } from "@aws-sdk/client-dynamodb";
import { type Incident, incidentSchema } from "../../../remediation/forwarders/incident.ts";
import {
  type Decision,
  type Facts,
  type Remediation,
  remediation,
  type Session,
} from "../../../remediation/remediation.ts";
import type { ResponseSettings, SettingMode } from "../../../remediation/response/decision.ts";
import { dynamodbLedger } from "../../../remediation/response/dynamodb-ledger.ts";
import { BY_SHELF, UNTOLD } from "../../../remediation/response/ledger-table.ts";
import { RepairMessage } from "../../../remediation/response/repair-message.ts";
import type { Responder } from "../../../remediation/response/responder.ts";
import { noteOf } from "../../../remediation/response/together.ts";
import { s3PublicAccessBlock as manifest } from "../../../remediation/s3-public-access-block/manifest.ts";

const facts: Facts = { now: new Date(0), organizationAccounts: [], partnerAccounts: [], untouchable: [] };

/** A ledger's table, empty, with its indexes. */
export async function makeTable(client: DynamoDBClient, TableName: string): Promise<void> {
  const KeySchema = [
    { AttributeName: "pk", KeyType: "HASH" as const },
    { AttributeName: "sk", KeyType: "RANGE" as const },
  ];
  await client.send(
    new CreateTableCommand({
      TableName,
      KeySchema,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: ["pk", "sk", "shelf", "untold", "since"].map((AttributeName) => ({
        AttributeName,
        AttributeType: "S",
      })),
      GlobalSecondaryIndexes: [
        { IndexName: BY_SHELF, KeySchema: bySince("shelf"), Projection: { ProjectionType: "ALL" } },
        { IndexName: UNTOLD, KeySchema: bySince("untold"), Projection: { ProjectionType: "KEYS_ONLY" } },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 60 }, { TableName });
}

const bySince = (hash: string) => [
  { AttributeName: hash, KeyType: "HASH" as const },
  { AttributeName: "since", KeyType: "RANGE" as const },
];

/**
 * Doors that are variables, an empty ledger, settings and a clock. The `cut`th call to doors, ledger or Security Hub is cut off; what is in
 * `broken` ("write front") is refused by the doors.
 */
export async function makeWorld(client: DynamoDBClient, table: string, mode: SettingMode = "automatic") {
  await makeTable(client, table);
  const made = {
    /** A door's lock, and the colour that its owner gave it: the change takes both over. */
    doors: new Map([["front", { locked: false, colour: "red" }]]),
    targets: ["front"],
    tags: {} as Record<string, string>,
    refuses: new Set<string>(),
    broken: new Set<string>(),
    evidenceIsReady: true,
    writes: [] as string[],
    told: [] as string[],
    notes: [] as string[],
    /** What was published, as the receivers read it. */
    published: [] as Incident[],
    isPublishing: true,
    /** What the service was asked to deploy again. */
    repairs: [] as RepairMessage[],
    time: Date.parse("2026-03-01T12:00:00Z"),
    settings: { ...settings, modes: { [manifest.name]: mode } } as ResponseSettings | undefined,
    calls: 0,
    cut: -1,
  };
  type Door = { readonly locked: boolean; readonly colour: string };
  const call = (name = "") => {
    if (made.calls++ === made.cut) throw new Error("cut off");
    if (made.broken.has(name)) throw new Error("it is stuck");
  };
  const door: Remediation<string, Door> = {
    manifest,
    targetsOf: ({ Resources }) => (Resources[0]?.Type === "AwsS3Bucket" ? made.targets : []),
    told: (name) => `door ${name}`,
    tags: async () => made.tags,
    read: async (_session, name) => {
      call(`read ${name}`);
      return made.doors.get(name);
    },
    decide: (found, name): Decision<Door> => {
      if (found.locked) return { kind: "nothing" };
      return made.refuses.has(name)
        ? { kind: "refuse", why: "the last one" }
        : { kind: "change", to: { ...found, locked: true } };
    },
    write: async (_session, name, _from, to) => {
      call(`write ${name}`);
      made.doors.set(name, to);
      made.writes.push(name);
    },
    deliver: async (_session, _name, _facts, evidence) => {
      if (!made.evidenceIsReady) throw new Error("still copying");
      return evidence;
    },
  };
  const kept = dynamodbLedger(client, table);
  const responder: Responder = {
    ledger: {
      ...kept,
      keep: async (...of) => {
        call();
        const entry = await kept.keep(...of);
        call();
        return entry;
      },
      move: async (...of) => {
        call();
        return kept.move(...of);
      },
    },
    remediations: [remediation(door)],
    settings: async () => made.settings,
    facts: async () => facts,
    session: async () => ({}) as Session,
    update: async (_finding, workflow, note) => {
      call();
      made.told.push(workflow);
      made.notes.push(noteOf(note));
    },
    publish: async (incident) => {
      if (!made.isPublishing) throw new Error("the topic is gone");
      made.published.push(incidentSchema.parse(incident));
    },
    repair: async (asked) => {
      call();
      made.repairs.push(RepairMessage.parse(asked));
    },
    account: async () => ({ owner: "payments", environment: "production", units: [] }),
    now: () => new Date(made.time),
  };
  return { made, responder, kept };
}

const settings: ResponseSettings = {
  killed: false,
  modes: {},
  accounts: {},
  units: { "100000000001": [] },
  freezes: [],
  acceptedRisks: [],
  caps: { account: 50, control: 50, action: 50 },
  attempts: 3,
  protected: [],
  tellFrom: "HIGH",
};
