import { AwsError } from "../../../gateway/emulator.ts";
import { now, type Ssm, type SsmDocument, type Version, type Where } from "../state.ts";
import { awsDocuments } from "./aws-documents.ts";

export function noDocument(name: string): AwsError {
  return new AwsError("InvalidDocument", `Document with name ${name} does not exist.`);
}

/** A document of the account's own. Throws `InvalidDocument`. */
export function ownDocument(ssm: Ssm, where: Where, name: string): SsmDocument {
  const found = ssm.places.of(where.accountId, where.region).documents.get(name);
  if (found === undefined) throw noDocument(name);
  return found;
}

/**
 * The document that an account sees under a name (its own, AWS's) or an ARN (also what is shared with it). Undefined
 * where it sees none: what is not shared is not told apart from what is not there.
 */
export function visibleDocument(ssm: Ssm, where: Where, name: string): SsmDocument | undefined {
  const [, region, owner, resource] = /^arn:[\w-]+:ssm:([\w-]+):(\d*):document\/(.+)$/.exec(name) ?? [];
  if (resource === undefined) {
    return (
      ssm.places.of(where.accountId, where.region).documents.get(name) ?? awsDocuments(ssm, where.region).get(name)
    );
  }
  if (region !== where.region || owner === undefined) return undefined;
  if (owner === "") return awsDocuments(ssm, where.region).get(resource);
  const found = ssm.places.of(owner, where.region).documents.get(resource);
  const seen = owner === where.accountId || found?.sharedWith.has(where.accountId) || found?.sharedWith.has("all");
  return seen ? found : undefined;
}

/** As `visibleDocument`. Throws `InvalidDocument`. */
export function documentOf(ssm: Ssm, where: Where, name: string): SsmDocument {
  const found = visibleDocument(ssm, where, name);
  if (found === undefined) throw noDocument(name);
  return found;
}

export function latestOf({ versions }: SsmDocument): Version {
  // There is always one: the first cannot be deleted before the document.
  return versions.at(-1) as Version;
}

/** A version by number, `$LATEST`, `$DEFAULT` or name; the default one where nothing is said. Throws `InvalidDocumentVersion`. */
export function versionOf(document: SsmDocument, wanted: string | undefined, name?: string): Version {
  const number = wanted === undefined || wanted === "$DEFAULT" ? document.defaultVersion : Number(wanted);
  const found =
    name !== undefined
      ? document.versions.find((version) => version.name === name)
      : wanted === "$LATEST"
        ? latestOf(document)
        : document.versions.find((version) => version.number === number);
  if (found !== undefined) return found;
  throw new AwsError("InvalidDocumentVersion", "The document version is not valid or does not exist.");
}

/** The version that an account may use of a document that is shared with it. */
export function versionFor(
  document: SsmDocument,
  { accountId }: Where,
  wanted: string | undefined,
  name?: string,
): Version {
  const found = versionOf(document, wanted, name);
  if (document.owner === accountId) return found;
  const shared = document.sharedWith.get(accountId) ?? document.sharedWith.get("all") ?? "$DEFAULT";
  const allowed = shared === "$ALL" || found === versionOf(document, shared);
  if (allowed) return found;
  throw new AwsError("InvalidDocumentVersion", "The document version is not valid or does not exist.");
}

/** Where AWS is with a document. */
export function statusOf(ssm: Ssm, { busy }: SsmDocument): "Creating" | "Updating" | "Active" {
  return busy !== undefined && now(ssm).getTime() < busy.until ? busy.status : "Active";
}
