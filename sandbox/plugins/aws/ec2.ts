import type { ResourceTypes } from "../provider/resource.ts";
import { defaultSecurityGroup } from "./ec2/default-security-group.ts";
import { flowLog } from "./ec2/flow-log.ts";
import { imageBlockPublicAccess } from "./ec2/image-block-public-access.ts";
import { instanceMetadataDefaults } from "./ec2/instance-metadata-defaults.ts";

export const ec2: ResourceTypes = {
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": defaultSecurityGroup,
  "aws:ec2/flowLog:FlowLog": flowLog,
  "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": imageBlockPublicAccess,
  "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": instanceMetadataDefaults,
};
