import { accessKey } from "./access-key-deactivation.ts";
import { defaultGroup } from "./default-security-group-closed.ts";
import { tokensRequired } from "./ec2-imdsv2.ts";
import { isolatedInstance } from "./ec2-isolation.ts";
import { roleOfInstance } from "./iam-role-quarantine.ts";
import { userInUse, userOfBefore } from "./iam-user-quarantine.ts";
import { keyRotation } from "./kms-rotation.ts";
import { publicVolume } from "./public-snapshots-ebs.ts";
import { publicClusterSnapshot, publicSnapshot } from "./public-snapshots-rds.ts";
import { publicDatabase } from "./rds-public-access.ts";
import { accountBlock, bucketBlock } from "./s3-public-access-block.ts";
import { plainBucket, sharedBucket } from "./s3-tls-only.ts";
import { groupOpenToAll, groupOpenToSsh } from "./security-group-open-ports.ts";
import type { Trial } from "./trial.ts";
import { keyPolicyNarrowed } from "./unauthorized-principals-kms.ts";
import { aliasPolicyEmptied, functionPolicyNarrowed } from "./unauthorized-principals-lambda.ts";
import { roleTrustEmptied, roleTrustNarrowed } from "./unauthorized-principals-role.ts";
import { bucketPolicyEmptied, bucketPolicyNarrowed } from "./unauthorized-principals-s3.ts";
import { secretPolicyEmptied, secretPolicyNarrowed } from "./unauthorized-principals-secretsmanager.ts";
import { topicPolicyEmptied, topicPolicyNarrowed } from "./unauthorized-principals-sns.ts";
import { queuePolicyEmptied, queuePolicyNarrowed } from "./unauthorized-principals-sqs.ts";
import { administratorsKeys } from "./unused-credentials.ts";

/** Every scene that a remediation is tried in, by name; each remediation that changes something has at least one. */
export const TRIALS: Readonly<Record<string, Trial>> = {
  bucketBlock,
  accountBlock,
  accessKey,
  userInUse,
  userOfBefore,
  roleOfInstance,
  administratorsKeys,
  plainBucket,
  sharedBucket,
  bucketPolicyEmptied,
  bucketPolicyNarrowed,
  roleTrustEmptied,
  roleTrustNarrowed,
  keyRotation,
  queuePolicyEmptied,
  queuePolicyNarrowed,
  topicPolicyEmptied,
  topicPolicyNarrowed,
  keyPolicyNarrowed,
  secretPolicyEmptied,
  secretPolicyNarrowed,
  functionPolicyNarrowed,
  aliasPolicyEmptied,
  isolatedInstance,
  publicVolume,
  publicSnapshot,
  publicClusterSnapshot,
  publicDatabase,
  tokensRequired,
  groupOpenToSsh,
  groupOpenToAll,
  defaultGroup,
};
