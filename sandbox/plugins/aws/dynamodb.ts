import type { ResourceTypes } from "../provider/resource.ts";
import { table } from "./dynamodb/table.ts";

export const dynamoDb: ResourceTypes = {
  "aws:dynamodb/table:Table": table,
};
