import type { ReportPlace } from "./documents/reporting.ts";
import type { SignaturePlace } from "./documents/virus-scan/document.ts";
import type { AdminInputs } from "./inputs.ts";
import { awsNames } from "./names.ts";

/** Where in the evidence bucket hosts put their reports; an account's come under its id. */
export const HOST_REPORTS = "host-reports";

type Organization = Pick<AdminInputs, "accounts" | "homeRegion" | "features">;

/** Whether anything runs on hosts that reports. */
export function hostsReport({ features }: Pick<Organization, "features">): boolean {
  const { enabled, virusScan, sensitiveInformationScan, patchNow } = features.systemsManager;
  return enabled && [virusScan, sensitiveInformationScan, patchNow].some((each) => each.enabled);
}

/** Hosts report to the evidence bucket, from whichever region. */
export function hostReportPlace({ accounts, homeRegion }: Organization): ReportPlace {
  return {
    bucket: awsNames.evidenceBucket(accounts.logArchive, homeRegion),
    bucketOwner: accounts.logArchive,
    bucketRegion: homeRegion,
    prefix: HOST_REPORTS,
  };
}

/** Where hosts find signatures; undefined where nothing looks for viruses. */
export function hostSignatures({ accounts, homeRegion, features }: Organization): SignaturePlace | undefined {
  const { enabled, virusScan } = features.systemsManager;
  if (!enabled || !virusScan.enabled) return undefined;
  const { bucket = awsNames.signatureBucket(accounts.logArchive, homeRegion), region, prefix } = virusScan.signatures;
  return { bucket, bucketRegion: region ?? homeRegion, prefix };
}
