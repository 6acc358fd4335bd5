import { type Feature, satisfies } from "./feature.ts";

/** The features of a baseline stack, in the order in which a reader would ask for them. */
export const BASELINE_FEATURES: readonly Feature[] = [
  {
    stack: "baseline",
    title: "Security Hub CSPM with standards",
    what: "Security Hub is on in every region, its findings are one per control, and the organization's standards are subscribed to.",
    types: ["aws:securityhub/account:Account", "aws:securityhub/standardsSubscription:StandardsSubscription"],
    controls: satisfies("/4.16"),
    setting: "standards",
  },
  {
    stack: "baseline",
    title: "Membership in the organization's detection",
    what: "The security account administers the account's Security Hub and GuardDuty and sees its findings.",
    types: ["aws:securityhub/member:Member", "aws:guardduty/member:Member"],
    controls: satisfies("/4.16 GuardDuty.1"),
  },
  {
    stack: "baseline",
    title: "GuardDuty",
    what: "A detector watches every region, and its repeated findings arrive within fifteen minutes.",
    types: ["aws:guardduty/detector:Detector"],
    controls: satisfies("GuardDuty.1"),
  },
  {
    stack: "baseline",
    title: "Configuration recording",
    what: "AWS Config records every supported resource through its service-linked role and delivers to the log archive.",
    types: [
      "aws:cfg/recorder:Recorder",
      "aws:cfg/deliveryChannel:DeliveryChannel",
      "aws:cfg/recorderStatus:RecorderStatus",
      "aws:iam/serviceLinkedRole:ServiceLinkedRole",
    ],
    controls: satisfies("Config.1/3.3"),
  },
  {
    stack: "baseline",
    title: "EBS encryption by default",
    what: "New volumes and copies of snapshots are encrypted, whoever makes them.",
    types: ["aws:ebs/encryptionByDefault:EncryptionByDefault"],
    controls: satisfies("EC2.7/5.1.1"),
  },
  {
    stack: "baseline",
    title: "S3 public access block",
    what: "No bucket of the account can be made public, by policy or by access control list.",
    types: ["aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"],
    controls: satisfies("S3.1/2.1.4 S3.8/2.1.4"),
  },
  {
    stack: "baseline",
    title: "IAM password policy",
    what: "Passwords of IAM users are long, mixed, expire and are not used again.",
    types: ["aws:iam/accountPasswordPolicy:AccountPasswordPolicy"],
    controls: satisfies("IAM.7 IAM.15/1.7 IAM.16/1.8"),
    setting: "passwordPolicy",
  },
];
