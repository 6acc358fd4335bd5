import type { ResourceTypes } from "../provider/resource.ts";
import { alias } from "./kms/alias.ts";
import { key } from "./kms/key.ts";
import { keyPolicy } from "./kms/key-policy.ts";

export const kms: ResourceTypes = {
  "aws:kms/alias:Alias": alias,
  "aws:kms/key:Key": key,
  "aws:kms/keyPolicy:KeyPolicy": keyPolicy,
};
