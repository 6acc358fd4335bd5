import type { ResourceTypes } from "../provider/resource.ts";

/** The services, by the module of their type tokens (`aws-native:<module>:...`). */
export const awsNativeServices: Readonly<Record<string, () => Promise<ResourceTypes>>> = {
  securityhub: () => import("./securityhub.ts").then((service) => service.securityHub),
};
