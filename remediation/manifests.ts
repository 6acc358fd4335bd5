import type { Manifest } from "./manifest.ts";
import { s3PublicAccessBlock } from "./s3-public-access-block/manifest.ts";

/** Every remediation. One that is added here gets its roles, its custom action and its event rules with the next deployments. */
export const MANIFESTS: readonly Manifest[] = [s3PublicAccessBlock];
