import { z } from "zod";

/** ARNs of a secret of Secrets Manager and of a parameter of Systems Manager. */
export const SECRET = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+$/;
export const PARAMETER = /^arn:[a-z-]+:ssm:[a-z0-9-]+:\d{12}:parameter\/[\w/+=.@-]+$/;

/** Where a secret is kept: never the secret itself. */
export const SecretReference = z
  .string()
  .max(2048)
  .refine((reference) => SECRET.test(reference) || PARAMETER.test(reference), {
    error: "must be the ARN of a secret in Secrets Manager or of a parameter in Systems Manager",
  });

/** Of a receiver: without a query or a user, so that no secret can stand in it; over TLS, but for one on the same machine, since secrets are sent to it. */
export const ReceiverAddress = z
  .url({ protocol: /^https?$/ })
  .refine((address) => /^https:|^http:\/\/(127\.0\.0\.1|localhost)(:|\/|$)/.test(address), {
    error: "takes secrets: it must be an address of https",
  })
  .refine((address) => URL.canParse(address) && new URL(address).username === "" && new URL(address).search === "", {
    error: "must be an address without user, password and query",
  });
