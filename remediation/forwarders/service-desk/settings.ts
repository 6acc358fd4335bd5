import { z } from "zod";
import { ReceiverAddress, SecretReference } from "../secret-reference.ts";
import { deskSchema } from "./mapping.ts";

/** Where tickets are kept, and what the desk calls things. */
export const ServiceDeskSettings = z.strictObject({
  address: ReceiverAddress,
  /** Of `user:password`. */
  credentials: SecretReference,
  desk: deskSchema,
});
export type ServiceDeskSettings = z.infer<typeof ServiceDeskSettings>;
