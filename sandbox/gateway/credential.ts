import type { WireRequest } from "./wire.ts";

/** What a SigV4 signature says of a call before it is verified. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  /** Signing name: `securityhub`, `access-analyzer`, `s3`. */
  readonly service: string;
}

/** The credential scope of a request signed in its Authorization header or its query string; undefined when unsigned. */
export function credentialScope(request: Pick<WireRequest, "header" | "query">): CredentialScope | undefined {
  const authorization = request.header("authorization") ?? "";
  const credential = authorization.startsWith("AWS4-")
    ? /Credential=([^,\s]+)/.exec(authorization)?.[1]
    : (request.query.get("X-Amz-Credential") ?? undefined);
  if (credential === undefined) return undefined;
  const parts = credential.split("/");
  if (parts.length === 5) {
    const [accessKeyId = "", , region = "", service = ""] = parts;
    return { accessKeyId, region, service };
  }
  // A SigV4a scope names no region.
  const [accessKeyId = "", , service = ""] = parts;
  return parts.length === 4 ? { accessKeyId, region: "us-east-1", service } : undefined;
}
