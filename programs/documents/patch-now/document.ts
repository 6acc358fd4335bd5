import { commandDocument, only, type SsmDocument, type Step } from "../document.ts";
import { matching, oneOf } from "../parameter.ts";
import { HOST_MODULES, type ReportPlace, reportParameters } from "../reporting.ts";
import { powerShellStep, pythonStep } from "../script.ts";

export const PATCH_NOW = "Bulwark-PatchNow";

/** AWS's own document. It decides by the patch baseline of the host's patch group and keeps the host's patch compliance. */
const AWS_PATCHING = "AWS-RunPatchBaseline";

/**
 * The SSM document that installs the patches that a host's patch baseline approves, now, and reports the pending security updates before and after.
 * Patches are installed by AWS-RunPatchBaseline, run as a part of this document. Its own reboot is off: a script that reboots can't be run by
 * `aws:runDocument` (Systems Manager User Guide, "Handling reboots when running commands"), so a step of this document asks the agent
 * for it by exit code 194, once, and a last scan tells Patch Manager what the host has after that. Linux only; Windows hosts run
 * AWS-RunPatchBaseline itself. Throws if a default is not allowed as a value.
 */
export function patchNowDocument(reports: ReportPlace): SsmDocument {
  const parameters = {
    ...reportParameters(reports),
    RebootOption: oneOf(
      "Whether the host reboots if patches wait for it.",
      ["RebootIfNeeded", "NoReboot"],
      "RebootIfNeeded",
    ),
    BaselineOverride: matching(
      "S3 URL of patch baselines (JSON) to use instead of those of the host's patch group; empty for those.",
      "^$|^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[A-Za-z0-9/_.-]{1,500}$",
      "",
    ),
  };
  const script = (step: string, moment: "before" | "after") =>
    pythonStep(
      {
        step,
        main: "patch-now/main.py",
        modules: [...HOST_MODULES, "patch-now/packages.py"],
        constants: { BULWARK_MOMENT: moment },
        timeoutSeconds: 3600,
      },
      parameters,
    );
  return commandDocument(
    PATCH_NOW,
    "Installs the patches of the host's patch baseline now, reboots if that is allowed and needed, and reports the pending security updates before and after to S3. Ends with 0 (none pending) or 20 (incomplete). Linux only.",
    parameters,
    [
      script("before", "before"),
      patching("install", "Install"),
      script("rebootAndReport", "after"),
      patching("scan", "Scan"),
      powerShellStep("windows", "patch-now/windows.ps1"),
    ],
  );
}

function patching(name: string, Operation: "Install" | "Scan"): Step {
  return {
    action: "aws:runDocument",
    name,
    precondition: only("Linux"),
    inputs: {
      documentType: "SSMDocument",
      documentPath: AWS_PATCHING,
      documentParameters: { Operation, RebootOption: "NoReboot", BaselineOverride: "{{ BaselineOverride }}" },
    },
  };
}
