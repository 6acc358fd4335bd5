import { createHash } from "node:crypto";
import type { OperatingSystem } from "@aws-sdk/client-ssm";
import type { Ssm } from "../state.ts";

/** Names of AWS's default baselines (Systems Manager user guide, "Predefined patch baselines"). */
const NAMES: Readonly<Record<OperatingSystem, string>> = {
  ALMA_LINUX: "AWS-AlmaLinuxDefaultPatchBaseline",
  AMAZON_LINUX: "AWS-AmazonLinuxDefaultPatchBaseline",
  AMAZON_LINUX_2: "AWS-AmazonLinux2DefaultPatchBaseline",
  AMAZON_LINUX_2022: "AWS-AmazonLinux2022DefaultPatchBaseline",
  AMAZON_LINUX_2023: "AWS-AmazonLinux2023DefaultPatchBaseline",
  CENTOS: "AWS-CentOSDefaultPatchBaseline",
  DEBIAN: "AWS-DebianDefaultPatchBaseline",
  MACOS: "AWS-MacOSDefaultPatchBaseline",
  ORACLE_LINUX: "AWS-OracleLinuxDefaultPatchBaseline",
  RASPBIAN: "AWS-DefaultRaspbianPatchBaseline",
  REDHAT_ENTERPRISE_LINUX: "AWS-RedHatDefaultPatchBaseline",
  ROCKY_LINUX: "AWS-RockyLinuxDefaultPatchBaseline",
  SUSE: "AWS-SuseDefaultPatchBaseline",
  UBUNTU: "AWS-UbuntuDefaultPatchBaseline",
  WINDOWS: "AWS-DefaultPatchBaseline",
};

/** The account of AWS that owns them. */
const OWNER = "075727635805";

export interface AwsBaseline {
  /** The ARN, which is what AWS calls its own baselines by. */
  readonly id: string;
  readonly name: string;
  readonly operatingSystem: OperatingSystem;
}

/** AWS's default baselines of a region, one for each operating system. Their ids differ from region to region. */
export function awsBaselines({ aws }: Ssm, region: string): AwsBaseline[] {
  return Object.entries(NAMES).map(([operatingSystem, name]) => {
    const digits = createHash("sha256").update(`${region}/${name}`).digest("hex").slice(0, 16);
    return {
      id: `arn:${aws.organization.partition}:ssm:${region}:${OWNER}:patchbaseline/pb-0${digits}`,
      name,
      operatingSystem: operatingSystem as OperatingSystem,
    };
  });
}
