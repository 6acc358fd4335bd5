import type { AuditRuleName, ConfigSettings } from "../config-settings.ts";

/** A rule of the audit pack as one account and region gets it. */
export interface AuditRule {
  readonly name: AuditRuleName;
  /** Why an auditor asks for it. */
  readonly description: string;
  /** Of a managed rule of AWS. */
  readonly identifier: string;
  readonly parameters: Readonly<Record<string, string>>;
}

interface Wish extends AuditRule {
  /** It judges what is recorded in the home region only, or the account as a whole. */
  readonly home?: true;
  readonly notIn?: readonly string[];
  /** Without its setting there is nothing to judge by. */
  readonly unless?: boolean;
}

export interface AuditPlace {
  readonly region: string;
  readonly homeRegion: string;
  readonly managementAccountId: string;
}

// Regions without a rule: the pages of the rules in the AWS Config Developer Guide, as of 2026.
const LATEST = ["ap-southeast-6", "ap-southeast-7", "ap-east-2", "mx-central-1"];
const BACKUP_NOT_IN = [...LATEST, "ap-southeast-5", "ca-west-1", "il-central-1", "cn-north-1", "cn-northwest-1"];
/** IAM's users are recorded only where AWS Config was before February 2022. */
const USERS_NOT_IN = [
  ...LATEST,
  ...["ap-south-2", "ap-southeast-4", "ap-southeast-5", "ca-west-1", "eu-central-2", "eu-south-2"],
  ...["il-central-1", "me-central-1"],
];

/**
 * The rules of the audit pack in one region: what an auditor asks about that neither Security Hub's FSBP nor its CIS benchmark judges, so that
 * nothing is judged twice. A rule that the region does not offer would fail the whole pack, and is not there.
 */
export function auditRules({ auditPack }: ConfigSettings, place: AuditPlace): AuditRule[] {
  return wishes(auditPack, place)
    .filter(({ home, notIn = [], unless = false, name }) => {
      const leftOut = auditPack.leaveOut.some(
        ({ rule, regions }) => rule === name && (regions === undefined || regions.includes(place.region)),
      );
      return !unless && !leftOut && !notIn.includes(place.region) && (!home || place.region === place.homeRegion);
    })
    .map(({ name, description, identifier, parameters }) => ({ name, description, identifier, parameters }));
}

function wishes(asked: ConfigSettings["auditPack"], { managementAccountId }: AuditPlace): Wish[] {
  const { findingDays } = asked;
  const tags = asked.requiredTags.map((key, index) => [`tag${index + 1}Key`, key]);
  return [
    {
      name: "account-in-organization",
      description: "The account belongs to the organization, whose policies hold in it.",
      identifier: "ACCOUNT_PART_OF_ORGANIZATIONS",
      parameters: { MasterAccountId: managementAccountId },
      home: true,
      notIn: ["cn-north-1", "ap-east-2"],
    },
    {
      name: "users-in-groups",
      description: "Users have their rights by groups, so that duties stay separated.",
      identifier: "IAM_USER_GROUP_MEMBERSHIP_CHECK",
      parameters: {},
      home: true,
      notIn: USERS_NOT_IN,
    },
    {
      name: "log-retention",
      description: "Logs are kept for the time in which somebody may ask for them.",
      identifier: "CW_LOGGROUP_RETENTION_PERIOD_CHECK",
      parameters: { MinRetentionTime: String(asked.logRetentionDays) },
    },
    {
      name: "log-encryption",
      description: "Logs are encrypted with a key whose use is recorded.",
      identifier: "CLOUDWATCH_LOG_GROUP_ENCRYPTED",
      parameters: {},
      notIn: ["ap-east-2", "me-central-1"],
    },
    {
      name: "backup-retention",
      description: "Backups are kept long enough to go back behind a loss that is noticed late.",
      identifier: "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK",
      parameters: { requiredRetentionDays: String(asked.backupRetentionDays) },
      notIn: BACKUP_NOT_IN,
    },
    {
      name: "backup-deletion",
      description: "Nobody can delete backups by hand.",
      identifier: "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED",
      parameters: {},
      notIn: BACKUP_NOT_IN,
    },
    {
      name: "secret-keys",
      description: "Secrets are encrypted with a key that the account controls.",
      identifier: "SECRETSMANAGER_USING_CMK",
      parameters: {},
      notIn: ["ap-east-2"],
    },
    {
      name: "findings-handled",
      description: "Findings of GuardDuty are dealt with in time.",
      identifier: "GUARDDUTY_NON_ARCHIVED_FINDINGS",
      parameters: {
        daysHighSev: String(findingDays.high),
        daysMediumSev: String(findingDays.medium),
        daysLowSev: String(findingDays.low),
      },
      notIn: LATEST,
    },
    {
      name: "required-tags",
      description: "Resources say by tags whose they are.",
      identifier: "REQUIRED_TAGS",
      parameters: Object.fromEntries(tags),
      unless: tags.length === 0,
    },
    {
      name: "approved-images",
      description: "Instances are made of approved machine images.",
      identifier: "APPROVED_AMIS_BY_TAG",
      parameters: { amisByTagKeyAndValue: asked.approvedImageTags.join(",") },
      unless: asked.approvedImageTags.length === 0,
    },
    {
      name: "instance-types",
      description: "Instances have one of the approved types.",
      identifier: "DESIRED_INSTANCE_TYPE",
      parameters: { instanceType: asked.instanceTypes.join(",") },
      unless: asked.instanceTypes.length === 0,
    },
  ];
}
