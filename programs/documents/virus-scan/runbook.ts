import type { SsmDocument } from "../document.ts";
import { VIRUS_SCAN } from "./document.ts";

export const MALWARE_SCAN = "Bulwark-MalwareScan";

/** GuardDuty's scan of an instance may take hours; Automation ends a step of its own after one hour if it is not told. */
const SCAN_SECONDS = 6 * 3600;

const INSTANCE_ID = "^i-([0-9a-f]{8}|[0-9a-f]{17})$";

/**
 * The SSM Automation runbook that scans one instance for malware: by GuardDuty where that can, and else by `virusScanDocument` on the host. GuardDuty
 * scans snapshots of the EBS volumes, Linux and Windows alike, and needs nothing of the instance; it refuses another scan within an
 * hour, and skips instances without EBS volumes (GuardDuty User Guide, "On-demand malware scan"). Its findings reach Security Hub by
 * GuardDuty's own integration, and S3 by its publishing destination.
 *
 * The calls are made by the runbook and not on the host: `StartMalwareScan` knows no single resources in IAM and creates a service-linked role, so
 * an instance's role that has it could start paid scans of every instance of the account, and a host that is infected would decide whether
 * it is scanned.
 */
export function malwareScanRunbook(): SsmDocument {
  const onHost = { onFailure: "step:scanOnHost", isCritical: false };
  const content = {
    schemaVersion: "0.3",
    description:
      "Scans an instance for malware by GuardDuty, and on the host by ClamAV where GuardDuty can't. The findings are in Security Hub.",
    assumeRole: "{{ AutomationAssumeRole }}",
    parameters: {
      InstanceId: { type: "String", description: "The instance to scan.", allowedPattern: INSTANCE_ID },
      AutomationAssumeRole: {
        type: "AWS::IAM::Role::Arn",
        description:
          "Role with guardduty:StartMalwareScan, ListDetectors and DescribeMalwareScans, and ssm:SendCommand. Empty for the rights of who starts it.",
        // Automation then works in the context of its starter (Systems Manager User Guide, "Run an automated operation").
        default: "",
      },
    },
    mainSteps: [
      {
        name: "findDetector",
        action: "aws:executeAwsApi",
        ...onHost,
        inputs: { Service: "guardduty", Api: "ListDetectors" },
        outputs: [{ Name: "DetectorId", Selector: "$.DetectorIds[0]", Type: "String" }],
      },
      {
        name: "startScan",
        action: "aws:executeAwsApi",
        ...onHost,
        inputs: {
          Service: "guardduty",
          Api: "StartMalwareScan",
          ResourceArn:
            "arn:{{ global:AWS_PARTITION }}:ec2:{{ global:REGION }}:{{ global:ACCOUNT_ID }}:instance/{{ InstanceId }}",
        },
        outputs: [{ Name: "ScanId", Selector: "$.ScanId", Type: "String" }],
      },
      // A scan is not listed in the moment that it is started, and the next step fails where there is none.
      { name: "letItBegin", action: "aws:sleep", inputs: { Duration: "PT1M" } },
      {
        name: "awaitScan",
        action: "aws:waitForAwsResourceProperty",
        ...onHost,
        timeoutSeconds: SCAN_SECONDS,
        inputs: {
          ...scanQuery(),
          PropertySelector: "$.Scans[0].ScanStatus",
          DesiredValues: ["COMPLETED", "FAILED", "SKIPPED"],
        },
      },
      {
        name: "readScan",
        action: "aws:executeAwsApi",
        ...onHost,
        inputs: scanQuery(),
        outputs: [{ Name: "Status", Selector: "$.Scans[0].ScanStatus", Type: "String" }],
      },
      {
        name: "chooseWay",
        action: "aws:branch",
        inputs: {
          Choices: [{ Variable: "{{ readScan.Status }}", StringEquals: "COMPLETED", NextStep: "scanned" }],
          Default: "scanOnHost",
        },
      },
      {
        name: "scanOnHost",
        action: "aws:runCommand",
        timeoutSeconds: 90_000,
        inputs: { DocumentName: VIRUS_SCAN, InstanceIds: ["{{ InstanceId }}"] },
        isEnd: true,
      },
      // A branch needs a step to go to; this one also keeps the scan's result with the execution.
      {
        name: "scanned",
        action: "aws:executeAwsApi",
        inputs: scanQuery(),
        outputs: [{ Name: "Result", Selector: "$.Scans[0].ScanResultDetails.ScanResult", Type: "String" }],
        isEnd: true,
      },
    ],
    outputs: ["readScan.Status", "scanned.Result"],
  };
  return { name: MALWARE_SCAN, documentType: "Automation", documentFormat: "JSON", content: JSON.stringify(content) };
}

/** Asks for the scan that this execution started; the names are those of AWS's API (`DescribeMalwareScans`). */
function scanQuery() {
  return {
    Service: "guardduty",
    Api: "DescribeMalwareScans",
    DetectorId: "{{ findDetector.DetectorId }}",
    FilterCriteria: {
      FilterCriterion: [{ CriterionKey: "SCAN_ID", FilterCondition: { EqualsValue: "{{ startScan.ScanId }}" } }],
    },
  };
}
