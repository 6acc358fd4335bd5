import type { ConfigurationShape } from "../provider/configuration.ts";
import { string } from "../provider/property.ts";

/**
 * The settings of `aws.Provider` that have an effect. A change of any is made in place: since version 7 every resource
 * carries its region itself.
 */
export const awsConfiguration: ConfigurationShape = {
  fields: {
    region: string(),
    profile: string(),
    accessKey: string(),
    secretKey: string(),
    token: string(),
    assumeRoles: string(),
    allowedAccountIds: string(),
    forbiddenAccountIds: string(),
    defaultTags: string(),
    sharedConfigFiles: string(),
    sharedCredentialsFiles: string(),
    skipCredentialsValidation: string(),
    maxRetries: string(),
  },
  ignored: [
    "retryMode",
    "s3UsePathStyle",
    "skipMetadataApiCheck",
    "skipRegionValidation",
    "skipRequestingAccountId",
    "stsRegion",
    "userAgents",
  ],
};
