import { z } from "zod";

const arnOf = (service: string) => z.string().regex(new RegExp(`^arn:[^:]+:${service}:[a-z0-9-]+:\\d{12}:.+$`));
const path = z.string().regex(/^(\/[A-Za-z0-9_.-]+)+$/, "is no path of parameters");

/** What a function can be told by its environment. Credentials, region and endpoints the AWS SDK takes from there by itself. */
const VARIABLES = {
  AWS_REGION: z.string().min(1),
  BULWARK_PARTITION: z.string().regex(/^aws[a-z-]*$/),
  /** The security account, in which the function runs. */
  BULWARK_ACCOUNT: z.string().regex(/^\d{12}$/),
  BULWARK_TABLE: z.string().min(1),
  BULWARK_TOPIC_ARN: arnOf("sns"),
  BULWARK_REQUESTS_URL: z.url(),
  BULWARK_REPAIRS_URL: z.url(),
  BULWARK_QUARANTINE_URL: z.url(),
  /** Paths of the parameters with the settings, and of what accounts tell of themselves. */
  BULWARK_PARAMETERS: path,
  BULWARK_ACCOUNT_PARAMETERS: path,
  BULWARK_ORGANIZATION: z.string().regex(/^o-[a-z0-9]{10,32}$/),
};
type Variable = keyof typeof VARIABLES;

/** The variables that a function demands. Throws with each that is missing or wrong, and no value: nothing works without them. */
export function environment<const Name extends Variable>(
  given: Readonly<Record<string, string | undefined>>,
  ...names: readonly Name[]
): Readonly<Record<Name, string>> {
  const wrong = names.filter((name) => !VARIABLES[name].safeParse(given[name]).success);
  if (wrong.length > 0) {
    throw new Error(
      `reading the function's environment: ${wrong.join(", ")} missing or wrong; deploy the function again`,
    );
  }
  return Object.fromEntries(names.map((name) => [name, given[name] ?? ""])) as Record<Name, string>;
}
