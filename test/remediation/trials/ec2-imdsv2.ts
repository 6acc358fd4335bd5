import { EC2 } from "@aws-sdk/client-ec2";
import { ec2Imdsv2Remediation as remediation } from "../../../remediation/ec2-imdsv2/remediation.ts";
import { machineImage } from "./machine-image.ts";
import type { Trial } from "./trial.ts";

/** An instance that answers for its metadata without a token, two hops away. */
export const tokensRequired: Trial = {
  remediation,
  async arrange({ id: AwsAccountId, access }) {
    const ec2 = new EC2(access());
    const ImageId = await machineImage(ec2);
    const options = {
      HttpTokens: "optional",
      HttpPutResponseHopLimit: 2,
      HttpEndpoint: "enabled",
      HttpProtocolIpv6: "disabled",
      InstanceMetadataTags: "enabled",
    } as const;
    const { Instances } = await ec2.runInstances({ ImageId, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 });
    const InstanceId = Instances?.[0]?.InstanceId ?? "";
    await ec2.modifyInstanceMetadataOptions({ InstanceId, ...options });
    return {
      finding: {
        AwsAccountId,
        Resources: [{ Type: "AwsEc2Instance", Id: `arn:aws:ec2:us-east-1:${AwsAccountId}:instance/${InstanceId}` }],
      },
      see: async () => {
        const seen = await ec2.describeInstances({ InstanceIds: [InstanceId] });
        const { State: _, ...rest } = seen.Reservations?.[0]?.Instances?.[0]?.MetadataOptions ?? {};
        return rest;
      },
      remediated: { ...options, HttpTokens: "required" },
    };
  },
  steps: {
    "ec2:DescribeInstances": { forth: "read", back: "read" },
    "ec2:ModifyInstanceMetadataOptions": { forth: "change", back: "undo" },
  },
};
