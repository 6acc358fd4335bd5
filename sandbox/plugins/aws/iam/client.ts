import type { ClientSettings } from "../../provider/place.ts";

export const iamClient = async (settings: ClientSettings) => {
  const { IAM } = await import("@aws-sdk/client-iam");
  return new IAM(settings);
};

/** IAM returns policy documents URL-encoded. */
export function decoded(document: string | undefined): string | undefined {
  return document === undefined ? undefined : decodeURIComponent(document);
}

/** As the Terraform provider writes times of IAM. */
export function timestamp(date: Date | undefined): string | undefined {
  return date?.toISOString().replace(/\.\d{3}Z$/, "Z");
}
