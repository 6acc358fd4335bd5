import { GetParametersCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { z } from "zod";

/** Milliseconds for which a setting counts as read: a kill switch has to be heard of soon. */
const MAX_AGE = 15_000;
/** Parameters that are kept as read, at most: each account has one. */
const MOST = 5000;

/** Reads settings that are kept as JSON. */
export interface Parameters {
  /**
   * What a parameter says; undefined where there is none. Rejects where it can't be read or is not as the schema says: what a wrong setting was meant to
   * be is not known.
   */
  read<Schema extends z.ZodType>(name: string, schema: Schema): Promise<z.output<Schema> | undefined>;
}

/** Parameters of Systems Manager, each cached for some seconds. What could not be read is asked for again the next time. */
export function parameters(client: SSMClient, now: () => Date, maxAge = MAX_AGE): Parameters {
  const known = new Map<string, { readonly at: number; readonly value: Promise<string | undefined> }>();

  const ask = async (name: string): Promise<string | undefined> => {
    // GetParameters tells what is not there without an error, so that absence is never taken for what could not be read.
    const { Parameters = [], InvalidParameters = [] } = await client.send(new GetParametersCommand({ Names: [name] }));
    const value = Parameters.find(({ Name }) => Name === name)?.Value;
    if (value === undefined && !InvalidParameters.includes(name)) throw new Error("AWS tells nothing of it");
    return value;
  };

  const cached = (name: string): Promise<string | undefined> => {
    const at = now().getTime();
    const before = known.get(name);
    if (before !== undefined && at - before.at < maxAge) return before.value;
    if (known.size >= MOST) known.clear();
    const value = ask(name);
    known.set(name, { at, value });
    value.catch(() => known.delete(name));
    return value;
  };

  return {
    async read(name, schema) {
      let text: string | undefined;
      try {
        text = await cached(name);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`reading the parameter ${name}: ${reason}`, { cause: error });
      }
      if (text === undefined) return undefined;
      const read = schema.safeParse(json(text));
      if (read.success) return read.data;
      throw new Error(`reading the parameter ${name}: ${z.prettifyError(read.error).slice(0, 1000)}`);
    },
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a parameter says that has to be there. Rejects where it is not. */
export async function needed<Schema extends z.ZodType>(
  from: Parameters,
  name: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const found = await from.read(name, schema);
  if (found === undefined) throw new Error(`reading the parameter ${name}: there is none; deploy the admin stack`);
  return found;
}
