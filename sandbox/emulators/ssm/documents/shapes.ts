import { createHash } from "node:crypto";
import type { DocumentDescription, DocumentIdentifier, DocumentVersionInfo } from "@aws-sdk/client-ssm";
import { given, pairsOf, type Ssm, type SsmDocument, type Version, type Where } from "../state.ts";
import { latestOf, statusOf } from "./find.ts";

/** What an account calls a document: its own and AWS's by name, others' by ARN. */
function nameFor({ owner, name, arn }: SsmDocument, { accountId }: Where): string {
  return owner === accountId || owner === "Amazon" ? name : arn;
}

/** What every way to tell of a version has. */
function shared(document: SsmDocument, version: Version, where: Where) {
  return given({
    Name: nameFor(document, where),
    DisplayName: version.displayName,
    VersionName: version.name,
    Owner: document.owner,
    CreatedDate: version.createdAt,
    DocumentVersion: String(version.number),
    PlatformTypes: [...version.content.platformTypes],
    DocumentType: document.type,
    SchemaVersion: version.content.schemaVersion,
    DocumentFormat: version.format,
    TargetType: version.targetType,
    Tags: document.owner === where.accountId ? pairsOf(document.tags) : [],
  });
}

export function description(ssm: Ssm, document: SsmDocument, version: Version, where: Where): DocumentDescription {
  const { content, text } = version;
  return given({
    ...shared(document, version, where),
    Hash: createHash("sha256").update(text).digest("hex"),
    HashType: "Sha256",
    Status: statusOf(ssm, document),
    Description: content.description,
    Parameters: content.parameters.length === 0 ? undefined : [...content.parameters],
    LatestVersion: String(latestOf(document).number),
    DefaultVersion: String(document.defaultVersion),
  });
}

export function identifier(document: SsmDocument, version: Version, where: Where): DocumentIdentifier {
  return shared(document, version, where);
}

export function versionInfo(ssm: Ssm, document: SsmDocument, version: Version): DocumentVersionInfo {
  return given({
    Name: document.name,
    DisplayName: version.displayName,
    DocumentVersion: String(version.number),
    VersionName: version.name,
    CreatedDate: version.createdAt,
    IsDefaultVersion: version.number === document.defaultVersion,
    DocumentFormat: version.format,
    Status: version === latestOf(document) ? statusOf(ssm, document) : "Active",
  });
}
