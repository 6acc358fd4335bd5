import type { Target } from "@aws-sdk/client-ssm";
import { block, list, string } from "../../provider/property.ts";

/** One of the targets that associations and maintenance windows have. */
export const target = block({ key: string({ required: true }), values: list(string(), { required: true }) });

interface Given {
  readonly key: string;
  readonly values: readonly string[];
}

export function targetsTo(targets: readonly Given[] | undefined): Target[] | undefined {
  return targets?.map(({ key, values }) => ({ Key: key, Values: [...values] }));
}

export function targetsFrom(targets: readonly Target[] = []): Given[] {
  return targets.map(({ Key = "", Values = [] }) => ({ key: Key, values: Values }));
}
