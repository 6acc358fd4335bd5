import { z } from "zod";
import { receiverAddress, secretReference } from "../secret-reference.ts";
import { deskSchema } from "./mapping.ts";

/** The parameter `<parameters>/service-desk`. */
export const ServiceDeskSettings = z.strictObject({
  /** Of the desk, without a path. */
  address: receiverAddress,
  /** Where `user:password` is kept. */
  credentials: secretReference,
  desk: deskSchema,
});
export type ServiceDeskSettings = z.output<typeof ServiceDeskSettings>;
