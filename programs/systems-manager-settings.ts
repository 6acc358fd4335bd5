import { z } from "zod";
import { Region } from "./identifiers.ts";
import { PatchingSettings } from "./patching-settings.ts";

/** Runs on every managed host, each so many hours; the first time when it is made. */
const recurring = (everyHours: number) =>
  z.strictObject({ enabled: z.boolean().default(true), everyHours: z.int().min(1).max(168).default(everyHours) });

const onDemand = z.strictObject({ enabled: z.boolean().default(true) });

/** Where ClamAV's signatures are; without a bucket, the admin stack makes one in the log archive. Somebody has to fill it. */
const Signatures = z
  .strictObject({
    bucket: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "must be the name of an S3 bucket")
      .optional(),
    /** The region of that bucket; the home region, unless given. */
    region: Region.optional(),
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/, "must be a prefix without slashes at its ends")
      .max(200)
      .default("clamav"),
  })
  .refine(({ bucket, region }) => region === undefined || bucket !== undefined, {
    path: ["region"],
    error: "is the region of a bucket that you name: the admin stack's own is in the home region",
  });

/** How AWS Systems Manager looks after the EC2 instances of an account. */
export const SystemsManagerSettings = z.strictObject({
  enabled: z.boolean().default(true),
  /** Instances without an instance profile for Systems Manager are managed all the same. */
  hostManagement: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
  /** What is installed and configured on a host is gathered. */
  inventory: recurring(12).prefault({}),
  /** Hosts are compared with their patch baseline; nothing is installed. */
  patchScan: recurring(24).prefault({}),
  /** The document that scans a host's disks with ClamAV, and its association, which runs where somebody asks for it. */
  virusScan: onDemand
    .extend({
      signatures: Signatures.prefault({}),
      /** The runbook that has GuardDuty scan an instance from outside, where it can, and the document where not. AWS charges a scan by size, the runbook nothing. */
      guardDuty: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
    })
    .prefault({}),
  /** The same for card numbers, keys and the like in files. */
  sensitiveInformationScan: onDemand.prefault({}),
  /** The document that installs the approved patches of a host now. Nothing runs it but a person. */
  patchNow: onDemand.prefault({}),
  /** A policy in each account for the roles of hosts, by which those documents report. */
  hostPolicy: onDemand.prefault({}),
  patching: PatchingSettings.prefault({}),
});
export type SystemsManagerSettings = z.infer<typeof SystemsManagerSettings>;
