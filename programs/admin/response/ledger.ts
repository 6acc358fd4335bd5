import { Table } from "@pulumi/aws/dynamodb/table.js";
import { awsNames, TAGS } from "../../names.ts";
import type { AdminStack } from "../stack.ts";
import type { ResponsePlace } from "./place.ts";

const key = (attributeName: string, keyType: "HASH" | "RANGE") => ({ attributeName, keyType });
const index = (name: string, hash: string, projectionType: "ALL" | "KEYS_ONLY") => ({
  name,
  keySchemas: [key(hash, "HASH"), key("since", "RANGE")],
  projectionType,
});

/**
 * The ledger of incidents. Encrypted by the key that AWS manages for DynamoDB, for which nobody needs rights; AWS keeps a backup of a table
 * with point-in-time recovery for 35 days after it was deleted (Amazon DynamoDB Developer Guide, "Point-in-time recovery").
 */
export function ledgerTable({ security: provider }: AdminStack, { region }: ResponsePlace): Table {
  return new Table(
    `response-ledger-${region}`,
    {
      region,
      name: awsNames.incidents,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "pk",
      rangeKey: "sk",
      // Only what is a key of the table or of an index is declared.
      attributes: ["pk", "shelf", "since", "sk", "untold"].map((name) => ({ name, type: "S" })),
      globalSecondaryIndexes: [index("by-shelf", "shelf", "ALL"), index("untold", "untold", "KEYS_ONLY")],
      ttl: { attributeName: "expires", enabled: true },
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
      tags: TAGS,
    },
    { provider },
  );
}
