import type { Partition } from "../partition.ts";

/** A resource whose creation began and of which nobody knows whether AWS made it. */
export interface Sought {
  /** Pulumi type token. */
  readonly type: string;
  /** Name in the program. */
  readonly name: string;
  readonly accountId: string;
  readonly partition: Partition;
  /** Undefined for what belongs to the account as a whole. */
  readonly region?: string;
  /** As the creating call had them. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What AWS has to be asked for: it alone knows the id of the thing, or whether the thing of this name is the one sought. */
export type Listing =
  | "analyzer"
  | "association"
  | "automationRule"
  | "bucket"
  | "cisScan"
  | "configurationPolicy"
  | "detector"
  | "eventSource"
  | "entitySet"
  | "findingAggregator"
  | "findingsExport"
  | "flowLog"
  | "insight"
  | "key"
  | "patchBaseline"
  | "patchWindow"
  | "patchWindowPart"
  | "policy"
  | "queue"
  | "rootAccess"
  | "rule";

/** How a resource is found again. */
export type Way =
  /** Its id follows from what it was asked for; undefined where the inputs don't say enough. The provider's read tells whether it exists. */
  | { readonly by: "name"; readonly id: (sought: Sought) => string | undefined; readonly global?: true }
  | {
      readonly by: "listing";
      readonly listing: Listing;
      readonly global?: true;
      /** What the import id has before the id that AWS gave, and a slash. */
      readonly within?: (sought: Sought) => string | undefined;
    }
  /** It sets something on another thing and can't be imported: what sets it again finds nothing in its way. */
  | { readonly by: "setting" }
  /** It is nothing in AWS, or making it again changes nothing. */
  | { readonly by: "nothing" };
