import { commandDocument, type SsmDocument } from "../document.ts";
import { paths, wholeNumber } from "../parameter.ts";
import { type ReportPlace, reportParameters, SCAN_MODULES } from "../reporting.ts";
import { powerShellStep, pythonStep } from "../script.ts";

export const SENSITIVE_INFORMATION_SCAN = "Bulwark-SensitiveInformationScan";

/** Packages' own files, which hold keys and numbers of tests and examples. */
const PACKAGES = ["bin", "include", "lib", "lib32", "lib64", "libexec", "sbin", "share", "src"];
const EXCLUDED = ["/boot", "/snap", ...PACKAGES.map((folder) => `/usr/${folder}`)].join(",");

/**
 * The SSM document that looks for card numbers, social security numbers, AWS keys and private keys in the text files of a host's local disks. It
 * needs Python 3.6 on the host (Amazon Linux 2023, RHEL 8, SLES 15, Debian and Ubuntu bring it) and the AWS CLI, whose credentials
 * are the instance profile's. Throws if a default is not allowed as a value.
 */
export function sensitiveInformationScanDocument(reports: ReportPlace): SsmDocument {
  const parameters = {
    ...reportParameters(reports),
    Paths: paths("Folders to scan, separated by commas; empty for all local disks.", ""),
    ExcludePaths: paths("Files and folders to leave out, separated by commas.", EXCLUDED),
    CpuPercent: wholeNumber(
      "Most that the scan takes of one core, in percent, where the host can hold it to that.",
      50,
    ),
    MibPerSecond: wholeNumber("Most that the scan reads, in MiB a second.", 20),
    MaximumFileMib: wholeNumber("Files larger than so many MiB are left out and counted.", 64),
    TimeLimitMinutes: wholeNumber("Minutes after which the scan ends, incomplete; at most 1440.", 240),
  };
  const scan = {
    step: "scan",
    main: "sensitive-information-scan/main.py",
    modules: [
      ...SCAN_MODULES,

      ...["detectors", "pace", "walk"].map((name) => `sensitive-information-scan/${name}.py`),
    ],
    timeoutSeconds: 90_000,
  };
  return commandDocument(
    SENSITIVE_INFORMATION_SCAN,
    "Looks for sensitive information on local disks and reports counts and paths, never values, to Security Hub and S3. Ends with 0 (clean), 10 (found) or 20 (incomplete). Linux only.",
    parameters,
    [pythonStep(scan, parameters), powerShellStep("windows", "sensitive-information-scan/windows.ps1")],
  );
}
