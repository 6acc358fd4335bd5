/** The inline policy by which an identity is quarantined; its name is nobody else's. */
export const QUARANTINE_POLICY = "BulwarkQuarantine";

/** An inline policy's text as it was put: IAM answers with it percent-encoded (IAM API reference, GetUserPolicy and GetRolePolicy). */
export function policyText({ PolicyDocument }: { readonly PolicyDocument?: string | undefined }): string {
  return decodeURIComponent(PolicyDocument ?? "");
}
