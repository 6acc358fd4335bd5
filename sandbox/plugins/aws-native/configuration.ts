import type { ConfigurationShape } from "../provider/configuration.ts";
import { string } from "../provider/property.ts";

/** The settings of `awsNative.Provider` that have an effect. Its resources carry no region: another one is another provider. */
export const awsNativeConfiguration: ConfigurationShape = {
  fields: {
    region: string({ replaces: true }),
    profile: string(),
    accessKey: string(),
    secretKey: string(),
    token: string(),
    assumeRole: string(),
    allowedAccountIds: string(),
    forbiddenAccountIds: string(),
    defaultTags: string(),
    sharedCredentialsFile: string(),
    skipCredentialsValidation: string(),
    maxRetries: string(),
  },
  ignored: [
    "s3UsePathStyle",
    "skipGetEc2Platforms",
    "skipMetadataApiCheck",
    "skipRegionValidation",
    "skipRequestingAccountId",
  ],
};
