import { Policy } from "@pulumi/aws/iam/policy.js";
import { Association } from "@pulumi/aws/ssm/association.js";
import { Document } from "@pulumi/aws/ssm/document.js";
import { policyDocument } from "../bootstrap/policy-document.ts";
import type { SsmDocument } from "../documents/document.ts";
import { hostPermissions } from "../documents/host-permissions.ts";
import { patchNowDocument } from "../documents/patch-now/document.ts";
import { sensitiveInformationScanDocument } from "../documents/sensitive-information-scan/document.ts";
import { virusScanDocument } from "../documents/virus-scan/document.ts";
import { malwareScanRunbook } from "../documents/virus-scan/runbook.ts";
import { hostReportPlace, hostSignatures, hostsReport } from "../host-reports.ts";
import type { BaselineInputs } from "../inputs.ts";
import { awsNames, names, TAGS } from "../names.ts";
import { arn } from "../partition.ts";
import type { BaselineStack } from "./stack.ts";

/** A document for hosts. */
interface HostDocument {
  readonly key: string;
  readonly document: SsmDocument;
  /** The tag by which somebody asks for it on a host; undefined where nothing runs it by itself. */
  readonly askedBy?: string;
}

/** The value of those tags. */
const ASKED = "requested";

/** The documents that the settings ask for: the same in all regions. */
function hostDocumentsOf(inputs: BaselineInputs): readonly HostDocument[] {
  const { virusScan, sensitiveInformationScan, patchNow } = inputs.features.systemsManager;
  const reports = hostReportPlace(inputs);
  const signatures = hostSignatures(inputs);
  const documents: HostDocument[] = [];
  if (signatures !== undefined) {
    const document = virusScanDocument(reports, signatures);
    documents.push({ key: "virus-scan", document, askedBy: "BulwarkVirusScan" });
    // State Manager runs no runbook for a host that newly has a tag, so this one is started by who wants it, with their rights.
    if (virusScan.guardDuty.enabled) documents.push({ key: "malware-scan", document: malwareScanRunbook() });
  }
  if (sensitiveInformationScan.enabled) {
    const document = sensitiveInformationScanDocument(reports);
    documents.push({ key: "sensitive-information-scan", document, askedBy: "BulwarkSensitiveInformationScan" });
  }
  if (patchNow.enabled) documents.push({ key: "patch-now", document: patchNowDocument(reports) });
  return documents;
}

/**
 * The documents for hosts, and what runs the scans among them. An association without a schedule runs when it is made, when it changes, and at once
 * on each host that its targets come to match (Systems Manager User Guide, "Understanding targets and rate controls in State Manager
 * associations"). So its target is a tag that no host has until somebody wants a scan: `BulwarkVirusScan=requested` starts one,
 * `StartAssociationsOnce` repeats it on all hosts with the tag. A scan that finds something ends with an error code; compliance is
 * MANUAL so that it does not make the host fail SSM.3, since its findings say what it found.
 */
export function hostDocuments(stack: BaselineStack): void {
  const { inputs, member, declare } = stack;
  const documents = hostDocumentsOf(inputs);
  for (const region of inputs.regions) {
    for (const { key, document, askedBy } of documents) {
      const made = declare(
        Document,
        { name: names.hostDocument(key, region), region, wanted: { ...document, tags: TAGS } },
        { provider: member },
      );
      if (askedBy === undefined) continue;
      declare(
        Association,
        {
          name: names.hostScan(key, region),
          region,
          wanted: {
            name: made.name,
            associationName: awsNames.hostScan(key),
            targets: [{ key: `tag:${askedBy}`, values: [ASKED] }],
            maxConcurrency: "10%",
            maxErrors: "100%",
            syncCompliance: "MANUAL",
            tags: TAGS,
          },
        },
        { provider: member, dependsOn: [made] },
      );
    }
  }
  if (inputs.features.systemsManager.hostPolicy.enabled && hostsReport(inputs)) hostPolicy(stack);
}

/**
 * What a host needs to report, as a policy for the role of its instance profile. Whose role that is attaches it: Bulwark has no right to give roles
 * anything. AWS refuses to delete it while a role has it.
 */
function hostPolicy({ inputs, member, declare }: BaselineStack): void {
  const { partition, accountId, accounts, homeRegion } = inputs;
  const keys = arn(partition, "kms", homeRegion, accounts.logArchive, "key/*");
  const statements = hostPermissions({ partition, accountId }, hostReportPlace(inputs), hostSignatures(inputs), keys);
  declare(
    Policy,
    {
      name: names.hostPolicy,
      region: "global",
      wanted: {
        name: awsNames.hostPolicy,
        description: "Lets a host report what Bulwark's documents find. For instance profiles.",
        policy: JSON.stringify(policyDocument(...statements)),
        tags: TAGS,
      },
    },
    { provider: member },
  );
}
