import { z } from "zod";

/** ARN of a secret of Secrets Manager, or of a parameter of Systems Manager: never the secret itself. */
export const SecretReference = z
  .string()
  .regex(
    /^arn:[a-z-]+:(secretsmanager:[a-z0-9-]+:\d{12}:secret:|ssm:[a-z0-9-]+:\d{12}:parameter\/)[\w/+=.@-]+$/,
    "must be the ARN of a secret in Secrets Manager or of a parameter in Systems Manager",
  );

/** Of a receiver: without a path, a query or a user, so that no secret can stand in it. */
export const ReceiverAddress = z
  .url({ protocol: /^https?$/ })
  .refine((address) => URL.canParse(address) && new URL(address).username === "" && new URL(address).search === "", {
    error: "must be an address without user, password and query",
  });
