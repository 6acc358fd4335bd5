import { commandDocument, type SsmDocument } from "../document.ts";
import { matching, paths, wholeNumber } from "../parameter.ts";
import { BUCKET_NAME, KEY_PREFIX, type ReportPlace, reportParameters, SCAN_MODULES } from "../reporting.ts";
import { powerShellStep, pythonStep } from "../script.ts";

export const VIRUS_SCAN = "Bulwark-VirusScan";

/** Where ClamAV's signature files (main.cvd, daily.cvd, bytecode.cvd) are kept for hosts that don't reach the internet. */
export interface SignaturePlace {
  readonly bucket: string;
  /** Its region, if that is not the host's own. */
  readonly bucketRegion?: string;
  readonly prefix?: string;
}

/**
 * The SSM document that scans a host's local disks with ClamAV. It is the way for hosts that GuardDuty can't scan from outside; `malwareScanRunbook`
 * decides between them. It needs the package clamav, Python 3.6 and the AWS CLI on the host, whose credentials are the instance
 * profile's, and about 2 GB of free memory. Throws if a default is not allowed as a value.
 */
export function virusScanDocument(reports: ReportPlace, signatures: SignaturePlace): SsmDocument {
  const parameters = {
    ...reportParameters(reports),
    SignatureBucket: matching("S3 bucket with ClamAV's signature files.", BUCKET_NAME, signatures.bucket),
    SignatureBucketRegion: matching(
      "Region of the bucket of signatures; empty for the host's own.",
      "^[a-z0-9-]{0,32}$",
      signatures.bucketRegion ?? "",
    ),
    SignaturePrefix: matching("Prefix of the signature files' keys.", KEY_PREFIX, signatures.prefix ?? ""),
    MaximumSignatureDays: wholeNumber("A scan with signatures older than so many days is incomplete.", 7),
    Paths: paths("Folders to scan, separated by commas; empty for all local disks.", ""),
    ExcludePaths: paths("Files and folders to leave out, separated by commas.", ""),
    CpuPercent: wholeNumber("Most that the scan takes of one core, in percent, where the host can be held to it.", 50),
    MinimumMemoryMib: wholeNumber("A scan is not begun with less memory available, in MiB.", 2048),
    MaximumFileMib: wholeNumber("Files larger than so many MiB are not scanned, and make the scan incomplete; at most 2000.", 100),
    TimeLimitMinutes: wholeNumber("Minutes after which the scan ends, incomplete; at most 1440.", 240),
  };
  const scan = {
    step: "scan",
    main: "virus-scan/main.py",
    modules: [...SCAN_MODULES, "virus-scan/clamscan.py", "virus-scan/signatures.py"],
    timeoutSeconds: 90_000,
  };
  return commandDocument(
    VIRUS_SCAN,
    "Scans local disks for malware with ClamAV and reports to Security Hub and S3. Ends with 0 (clean), 10 (infected) or 20 (incomplete). Linux only.",
    parameters,
    [pythonStep(scan, parameters), powerShellStep("windows", "virus-scan/windows.ps1")],
  );
}
