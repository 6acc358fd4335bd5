import { z } from "zod";

/** ARNs of a secret of Secrets Manager and of a parameter of Systems Manager. */
export const SECRET = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+/;
export const PARAMETER = /^arn:[a-z-]+:ssm:[a-z0-9-]+:\d{12}:parameter\/.+/;

/** Where a secret is kept; the secret itself stands in no settings. */
export const secretReference = z
  .string()
  .max(2048)
  .refine((reference) => SECRET.test(reference) || PARAMETER.test(reference), {
    error: "give the ARN of a secret in Secrets Manager, or of a parameter in Systems Manager",
  });

/** Where secrets are sent to: over TLS, but for a receiver on the own machine. */
export const receiverAddress = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .refine((address) => /^https:|^http:\/\/(127\.0\.0\.1|localhost)(:|\/|$)/.test(address), {
    error: "takes secrets: give an address of https",
  });
