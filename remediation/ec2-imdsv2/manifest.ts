import type { Manifest } from "../manifest.ts";

/**
 * Has instances ask for a token before they tell their credentials. Control: Security Hub User Guide, "Security Hub CSPM controls for Amazon EC2".
 * Actions and resources: Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2".
 */
export const ec2Imdsv2: Manifest = {
  name: "ec2-imdsv2",
  title: "IMDSv2 on EC2 instances",
  what: "An instance tells its metadata, and with it its role's credentials, to sessions of IMDSv2 alone; software that knows only IMDSv1 gets none, nor do containers behind a network of their own where the hop limit is 1.",
  controls: [{ id: "EC2.8", cis: "5.7" }],
  findingTypes: [],
  resourceTypes: ["AwsEc2Instance"],
  scope: "regional",
  role: [
    {
      // IAM has no resource for it.
      sid: "Read",
      actions: ["ec2:DescribeInstances"],
      resources: ["*"],
    },
    {
      sid: "Instances",
      actions: ["ec2:ModifyInstanceMetadataOptions"],
      resources: ["arn:{partition}:ec2:*:{account}:instance/*"],
    },
  ],
  customAction: {
    id: "RequireIMDSv2",
    name: "Require IMDSv2",
    description: "Has the instance answer for its metadata with a token alone",
  },
  mode: "observe",
};
