import type { ResourceTypes } from "../provider/resource.ts";

/** The services, by the module of their type tokens (`aws:<module>/...`). Each is loaded when its first resource is met. */
export const awsServices: Readonly<Record<string, () => Promise<ResourceTypes>>> = {
  iam: () => import("./iam.ts").then((service) => service.iam),
  s3: () => import("./s3.ts").then((service) => service.s3),
  sqs: () => import("./sqs.ts").then((service) => service.sqs),
};
