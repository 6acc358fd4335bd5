import { ListTagsForResourceCommand, RDSClient } from "@aws-sdk/client-rds";
import type { NamedResource } from "./finding-resources.ts";
import type { Session } from "./remediation.ts";

/** The tags by key of anything of RDS, in one answer (RDS API reference, ListTagsForResource). */
export async function rdsTags(session: Session, { arn }: NamedResource): Promise<Record<string, string>> {
  const { TagList = [] } = await session.client(RDSClient).send(new ListTagsForResourceCommand({ ResourceName: arn }));
  return Object.fromEntries(TagList.map(({ Key = "", Value = "" }) => [Key, Value]));
}
