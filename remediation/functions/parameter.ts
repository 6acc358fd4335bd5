import { GetParametersCommand, type SSMClient } from "@aws-sdk/client-ssm";
import type { z } from "zod";

/** Milliseconds for which settings that were read count. */
const KEPT = 60 * 1000;

/** Reads a forwarder's settings from its parameter, and again after a minute. Throws where it is not there, or not as its schema says. */
export function parameterOf<Schema extends z.ZodType>(
  ssm: SSMClient,
  name: string,
  schema: Schema,
  now: () => Date,
): () => Promise<z.output<Schema>> {
  let kept: { readonly at: number; readonly value: z.output<Schema> } | undefined;
  return async () => {
    if (kept !== undefined && now().getTime() - kept.at < KEPT) return kept.value;
    const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names: [name] }));
    const text = Parameters[0]?.Value;
    if (text === undefined) throw new Error(`reading the settings ${name}: there are none; deploy the admin stack`);
    const value = schema.parse(JSON.parse(text));
    kept = { at: now().getTime(), value };
    return value;
  };
}
