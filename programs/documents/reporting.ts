import { matching } from "./parameter.ts";

/** Where hosts put their reports. */
export interface ReportPlace {
  readonly bucket: string;
  /** The account that owns the bucket. Nothing is written to a bucket of that name that belongs to somebody else. */
  readonly bucketOwner: string;
  /** Its region, if that is not the host's own. A host without way to the internet reaches S3 in its own region only. */
  readonly bucketRegion?: string;
  /** Without slash at its end. */
  readonly prefix?: string;
}

export const BUCKET_NAME = "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$";
export const KEY_PREFIX = "^[A-Za-z0-9/_.-]{0,200}$";

/** The files that every document's scripts import. */
export const HOST_MODULES = ["host/host.py", "host/report.py"] as const;

/** Those of documents that scan disks and send findings. */
export const SCAN_MODULES = [...HOST_MODULES, "host/findings.py", "host/disks.py"] as const;

/** Parameters of every document that reports. */
export function reportParameters(place: ReportPlace) {
  return {
    ReportBucket: matching("S3 bucket that the report is written to.", BUCKET_NAME, place.bucket),
    ReportBucketOwner: matching("Account that owns the bucket of reports.", "^[0-9]{12}$", place.bucketOwner),
    ReportBucketRegion: matching(
      "Region of the bucket of reports; empty for the host's own.",
      "^[a-z0-9-]{0,32}$",
      place.bucketRegion ?? "",
    ),
    ReportPrefix: matching("Prefix of the reports' keys, without slash at its end.", KEY_PREFIX, place.prefix ?? ""),
    WorkFolder: matching(
      "Folder on the host for what must outlive a run: reports that could not be uploaded, signatures.",
      "^/[A-Za-z0-9/._-]{1,200}$",
      "/var/lib/bulwark",
    ),
  };
}
