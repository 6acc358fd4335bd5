import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { OrganizationSettings } from "../programs/settings.ts";
import { defaultRateLimit } from "./http/rate-limit.ts";
import { defaultRetentionDays } from "./retention.ts";

const repository = resolve(import.meta.dirname, "..");

function whole(name: string, minimum: number, maximum: number) {
  const allowed = `${name} must be a whole number from ${minimum} to ${maximum}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, allowed)
    .transform(Number)
    .refine((n) => n >= minimum && n <= maximum, allowed);
}

function oneOf<const Values extends readonly [string, ...string[]]>(...values: Values) {
  return z.enum(values, { error: `must be one of ${values.join(", ")}` });
}

const path = z.string().transform((value) => resolve(value));

/** By cores; what memory allows is decided when a run wants to begin (BULWARK_RUN_MEMORY_MB). */
function defaultConcurrency(): string {
  return String(Math.min(8, availableParallelism()));
}

const addressOrNetwork = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: "must be addresses or networks, such as 10.0.0.0/8, with commas between them",
});

/** The environment variables of the service, with what each may be. An empty one counts as absent. */
const Environment = z.object({
  PORT: whole("PORT", 0, 65_535).default(8080),
  HOST: z.string().min(1).default("127.0.0.1"),
  BULWARK_DATA: path.default(join(repository, ".bulwark/data")),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "must begin with postgres:// or postgresql://")
    .optional(),
  BULWARK_SETTINGS: path.optional(),
  BULWARK_TOKEN: z
    .string()
    .regex(/^[\w.~+/-]{16,512}=*$/, "must be a bearer token of 16 characters or more: letters, digits and . _ ~ + / -")
    .optional(),
  BULWARK_BACKEND_URL: z
    .string()
    .regex(
      /^(file|s3|gs|azblob|postgres|https?):\/\//,
      "must be a Pulumi backend URL such as file:///path or s3://bucket",
    )
    .optional(),
  BULWARK_SECRETS_PROVIDER: z
    .string()
    .regex(
      /^(passphrase$|awskms:\/\/|azurekeyvault:\/\/|gcpkms:\/\/|hashivault:\/\/)/,
      "must be passphrase, or a key such as awskms:///alias/bulwark?region=us-east-1",
    )
    .default("passphrase"),
  BULWARK_PASSPHRASE_FILE: path.optional(),
  BULWARK_STATE_ROLE_ARN: z
    .string()
    .regex(/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, "must be the ARN of an IAM role")
    .optional(),
  BULWARK_CONCURRENCY: whole("BULWARK_CONCURRENCY", 1, 64).prefault(defaultConcurrency),
  BULWARK_RUN_MEMORY_MB: whole("BULWARK_RUN_MEMORY_MB", 128, 65_536).default(1024),
  BULWARK_ROLE: oneOf("all", "api", "worker").default("all"),
  BULWARK_EVENTS: oneOf("on", "off").default("on"),
  BULWARK_RUN_TIMEOUT_MINUTES: whole("BULWARK_RUN_TIMEOUT_MINUTES", 1, 55).default(45),
  BULWARK_LEASE_SECONDS: whole("BULWARK_LEASE_SECONDS", 2, 300).default(10),
  BULWARK_STOP_GRACE_SECONDS: whole("BULWARK_STOP_GRACE_SECONDS", 0, 3600).default(5),
  BULWARK_RETENTION_DAYS: whole("BULWARK_RETENTION_DAYS", 1, 3650).default(defaultRetentionDays),
  BULWARK_RATE_LIMIT: whole("BULWARK_RATE_LIMIT", 60, 10_000_000).default(defaultRateLimit),
  BULWARK_TRUSTED_PROXIES: z
    .string()
    .transform((list) => list.split(",").map((one) => one.trim()))
    .pipe(z.array(addressOrNetwork))
    .default([]),
  BULWARK_LOG_LEVEL: oneOf("trace", "debug", "info", "warn", "error", "silent").default("info"),
  BULWARK_PULUMI_ROOT: path.default(join(repository, ".bulwark")),
  BULWARK_PULUMI_HOME: path.default(join(repository, ".bulwark/pulumi-home")),
  AWS_ENDPOINT_URL: z.url({ protocol: /^https?$/, error: "must be an http or https URL" }).optional(),
  AWS_REGION: z.string().optional(),
});

/** Everything that the service is told from outside. */
export type Configuration = ReturnType<typeof readConfiguration>;

/** Wrong configuration: every wrong variable by its name, with what is allowed. */
export class ConfigurationError extends Error {
  constructor(lines: readonly string[]) {
    super(["the configuration is wrong:", ...lines.map((line) => `  ${line}`)].join("\n"));
    this.name = "ConfigurationError";
  }
}

/**
 * Reads the environment and the settings file, once per process.
 *
 * @throws ConfigurationError that names every wrong value
 */
export function readConfiguration(environment: Readonly<Record<string, string | undefined>>) {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = Environment.safeParse(present);
  if (!parsed.success) {
    throw new ConfigurationError(parsed.error.issues.map(({ path: [name], message }) => `${String(name)}: ${message}`));
  }
  const read = parsed.data;
  const onAws = [read.BULWARK_BACKEND_URL ?? "", read.BULWARK_SECRETS_PROVIDER].some((url) =>
    /^(s3|awskms):/.test(url),
  );
  if (onAws && read.BULWARK_STATE_ROLE_ARN === undefined) {
    throw new ConfigurationError([
      "BULWARK_STATE_ROLE_ARN: is missing: a state in S3 or a key in KMS needs the ARN of a role that BulwarkService may assume and that may use them; runs never get the service's own credentials",
    ]);
  }
  const data = read.BULWARK_DATA;
  return {
    http: { host: read.HOST, port: read.PORT },
    data,
    databaseUrl: read.DATABASE_URL,
    settingsFile: read.BULWARK_SETTINGS,
    token: read.BULWARK_TOKEN,
    role: read.BULWARK_ROLE,
    concurrency: read.BULWARK_CONCURRENCY,
    runMemoryBytes: read.BULWARK_RUN_MEMORY_MB * 1024 ** 2,
    events: read.BULWARK_EVENTS === "on",
    runTimeoutMs: read.BULWARK_RUN_TIMEOUT_MINUTES * 60_000,
    leaseMs: read.BULWARK_LEASE_SECONDS * 1000,
    stopGraceMs: read.BULWARK_STOP_GRACE_SECONDS * 1000,
    retentionDays: read.BULWARK_RETENTION_DAYS,
    rateLimit: read.BULWARK_RATE_LIMIT,
    trustedProxies: read.BULWARK_TRUSTED_PROXIES,
    logLevel: read.BULWARK_LOG_LEVEL,
    engine: {
      pulumiRoot: read.BULWARK_PULUMI_ROOT,
      pulumiHome: read.BULWARK_PULUMI_HOME,
      backendUrl: read.BULWARK_BACKEND_URL ?? `file://${join(data, "state")}`,
      secretsProvider: read.BULWARK_SECRETS_PROVIDER,
      passphraseFile: read.BULWARK_PASSPHRASE_FILE ?? join(data, "passphrase"),
    },
    stateRoleArn: read.BULWARK_STATE_ROLE_ARN,
    aws: { endpoint: read.AWS_ENDPOINT_URL, region: read.AWS_REGION },
    repository,
    environment: present,
  };
}

/**
 * Reads the organization's settings.
 *
 * @throws ConfigurationError that names the file and every wrong field
 */
export function readSettings(file: string | undefined): OrganizationSettings {
  if (file === undefined) {
    throw new ConfigurationError([
      "BULWARK_SETTINGS: is missing: name the JSON file with the organization's settings, such as sandbox/organization/settings.json",
    ]);
  }
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ConfigurationError([`BULWARK_SETTINGS: reading ${file}: ${(error as Error).message}`]);
  }
  const parsed = OrganizationSettings.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(
    parsed.error.issues.map(({ path: field, message }) => `${file}: ${field.join(".") || "document"}: ${message}`),
  );
}
