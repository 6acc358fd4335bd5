import { z } from "zod";

/** An AWS account id. A string always: ids may start with zero. */
export const AccountId = z.string().regex(/^\d{12}$/, "must be an AWS account id of twelve digits");

/** An AWS region code, for example `us-east-1` or `us-gov-west-1`. */
export const Region = z.string().regex(/^[a-z]{2}(-[a-z]+){1,2}-\d$/, "must be an AWS region code such as us-east-1");

/** The id of an AWS Organization. */
export const OrganizationId = z
  .string()
  .regex(/^o-[a-z0-9]{10,32}$/, "must be an organization id such as o-a1b2c3d4e5");

/** The id of an organizational unit. */
export const OrganizationalUnitId = z
  .string()
  .regex(/^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$/, "must be an organizational unit id such as ou-ab12-a1b2c3d4");

/** The name of an IAM role or policy, without path. */
export const RoleName = z.string().regex(/^[\w+=,.@-]{1,64}$/, "must be an IAM name of at most 64 characters");
