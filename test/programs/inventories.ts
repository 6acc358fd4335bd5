import fc from "fast-check";
import { ScanType } from "../../programs/inspector-settings.ts";
import type { AccountInventory, RegionInventory } from "../../programs/inventory.ts";
import { STANDARDS } from "../../programs/standards.ts";
import { MEMBER, SECURITY } from "./samples.ts";

export const REGIONS = ["us-east-1", "us-west-2", "ap-southeast-3"] as const;

/** An account in which everything that Bulwark manages exists already in us-west-2, and nothing in us-east-1. */
export const occupied: AccountInventory = {
  accountId: MEMBER,
  serviceLinkedRoles: ["config.amazonaws.com"],
  passwordPolicy: {
    minimumPasswordLength: 8,
    requireLowercaseCharacters: false,
    requireUppercaseCharacters: false,
    requireNumbers: true,
    requireSymbols: false,
    allowUsersToChangePassword: true,
    hardExpiry: false,
    maxPasswordAge: 0,
    passwordReusePrevention: 0,
  },
  publicAccessBlock: {
    blockPublicAcls: true,
    blockPublicPolicy: false,
    ignorePublicAcls: true,
    restrictPublicBuckets: false,
  },
  regions: {
    "us-east-1": { ebsEncryptionByDefault: false },
    "us-west-2": {
      hub: {
        hubArn: `arn:aws:securityhub:us-west-2:${MEMBER}:hub/default`,
        autoEnableControls: false,
        controlFindingGenerator: "STANDARD_CONTROL",
        standards: ["aws-foundational-security-best-practices/v/1.0.0", "nist-800-53/v/5.0.0"].map((path) => ({
          standardsArn: `arn:aws:securityhub:us-west-2::standards/${path}`,
          subscriptionArn: `arn:aws:securityhub:us-west-2:${MEMBER}:subscription/${path}`,
        })),
      },
      detector: {
        id: "d0",
        enable: false,
        findingPublishingFrequency: "SIX_HOURS",
        tags: { team: "risk" },
      },
      recorder: {
        name: "default",
        roleArn: `arn:aws:iam::${MEMBER}:role/own-config`,
        recordingGroup: {
          allSupported: false,
          includeGlobalResourceTypes: false,
          resourceTypes: ["AWS::EC2::Instance"],
          recordingStrategy: "INCLUSION_BY_RESOURCE_TYPES",
        },
        recordingMode: { recordingFrequency: "DAILY" },
        recording: false,
      },
      deliveryChannel: {
        name: "default",
        s3BucketName: "own-config-bucket",
        s3KeyPrefix: "config",
        snsTopicArn: `arn:aws:sns:us-west-2:${MEMBER}:config`,
        deliveryFrequency: "Six_Hours",
      },
      inspectorScans: ["EC2", "LAMBDA_CODE", "LAMBDA"],
      ebsEncryptionByDefault: true,
    },
  },
};

const administrator = fc.option(fc.constantFrom(SECURITY, "444444444444"), { nil: undefined });
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const flag = fc.boolean();

function regionInventory(region: string): fc.Arbitrary<RegionInventory> {
  const paths = fc.subarray([...Object.values(STANDARDS), "nist-800-171/v/2.0.0"]);
  const hub = fc.record({ autoEnableControls: flag, administratorAccountId: administrator, paths }).map((drawn) => ({
    hubArn: `arn:aws:securityhub:${region}:${MEMBER}:hub/default`,
    autoEnableControls: drawn.autoEnableControls,
    controlFindingGenerator: "STANDARD_CONTROL",
    standards: drawn.paths.map((path) => ({
      standardsArn: `arn:aws:securityhub:${region}::standards/${path}`,
      subscriptionArn: `arn:aws:securityhub:${region}:${MEMBER}:subscription/${path}`,
    })),
    ...(drawn.administratorAccountId === undefined ? {} : { administratorAccountId: drawn.administratorAccountId }),
  }));
  const detector = fc.record({ enable: flag, administratorAccountId: administrator }).map((drawn) => ({
    id: `detector-of-${region}`,
    enable: drawn.enable,
    findingPublishingFrequency: "ONE_HOUR",
    ...(drawn.administratorAccountId === undefined ? {} : { administratorAccountId: drawn.administratorAccountId }),
  }));
  const recorder = fc.record({
    name: fc.constantFrom("default", "own", "bulwark"),
    recording: flag,
    allSupported: flag,
  });
  const member = fc.record({ securityHub: flag, guardDuty: flag, inspector: flag }).map((drawn) => ({
    ...(drawn.securityHub ? { securityHub: {} } : {}),
    ...(drawn.guardDuty ? { guardDuty: { detectorId: `admin-of-${region}`, email: "old@example.org" } } : {}),
    ...(drawn.inspector ? { inspector: true as const } : {}),
  }));
  const scans = fc.subarray([...ScanType.options]);
  return fc
    .record({
      hub: some(hub),
      detector: some(detector),
      recorder: some(recorder),
      ebs: flag,
      channel: flag,
      member,
      scans,
    })
    .map(
      ({
        hub: foundHub,
        detector: foundDetector,
        recorder: foundRecorder,
        ebs,
        channel,
        member: membership,
        scans: inspectorScans,
      }) => ({
        ebsEncryptionByDefault: ebs,
        membership,
        inspectorScans,
        ...(foundHub === undefined ? {} : { hub: foundHub }),
        ...(foundDetector === undefined ? {} : { detector: foundDetector }),
        ...(foundRecorder === undefined
          ? {}
          : {
              recorder: {
                name: foundRecorder.name,
                roleArn: `arn:aws:iam::${MEMBER}:role/own`,
                recordingGroup: { allSupported: foundRecorder.allSupported, includeGlobalResourceTypes: false },
                recording: foundRecorder.recording,
              },
            }),
        ...(channel ? { deliveryChannel: { name: "default", s3BucketName: "own" } } : {}),
      }),
    );
}

/** Any account, however it was set up before. */
export const anyInventory: fc.Arbitrary<AccountInventory> = fc
  .record({
    regions: fc.record({
      "us-east-1": regionInventory("us-east-1"),
      "us-west-2": regionInventory("us-west-2"),
      "ap-southeast-3": regionInventory("ap-southeast-3"),
    }),
    serviceLinkedRoles: fc.subarray([
      "config.amazonaws.com",
      "guardduty.amazonaws.com",
      "malware-protection.guardduty.amazonaws.com",
      "securityhub.amazonaws.com",
    ]),
    blocked: flag,
    policy: flag,
  })
  .map(({ regions, serviceLinkedRoles, blocked, policy }) => ({
    accountId: MEMBER,
    regions,
    serviceLinkedRoles,
    ...(blocked && occupied.publicAccessBlock ? { publicAccessBlock: occupied.publicAccessBlock } : {}),
    ...(policy && occupied.passwordPolicy ? { passwordPolicy: occupied.passwordPolicy } : {}),
  }));
