import { z } from "zod";
import { SecurityHubSettings } from "./security-hub-settings.ts";

/**
 * What the organization chose of the features that can be chosen: a section for each service, in a file of its own
 * (`programs/<service>-settings.ts`), whose defaults are what most organizations want. Both stacks get all of it.
 */
export const FeatureSettings = z.strictObject({ securityHub: SecurityHubSettings.prefault({}) });
export type FeatureSettings = z.infer<typeof FeatureSettings>;
