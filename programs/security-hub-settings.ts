import { z } from "zod";
import { AccountId } from "./identifiers.ts";
import { OutsideMember } from "./outside-members.ts";
import { StandardName } from "./standards.ts";

/** Severities of a finding, the least first. */
export const SEVERITIES = ["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"] as const;
const SeverityLabel = z.enum(SEVERITIES, { error: `must be one of ${SEVERITIES.join(", ")}` });
export type SeverityLabel = z.infer<typeof SeverityLabel>;

/** A control of Security Hub CSPM, across standards. */
export const ControlId = z.string().regex(/^[A-Za-z0-9]+\.\d{1,3}$/, "must be a control id such as ACM.1");

/** An environment as accounts have it. */
const EnvironmentName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "must be an environment such as prod");

/** A product of Security Hub by the end of its ARN. */
const ProductPath = z
  .string()
  .regex(/^[a-z0-9.-]+\/[a-zA-Z0-9.-]+$/, "must be a product by company and name, such as aws/inspector");

/** What becomes of the findings of the accounts of one environment. */
const EnvironmentRules = z
  .strictObject({
    /** How much its resources matter, 0 to 100; the field `Criticality` of its findings, by which a backlog is put in order. */
    criticality: z.int().min(0).max(100).optional(),
    /** New severity by old. */
    severity: z.partialRecord(SeverityLabel.exclude(["INFORMATIONAL"]), SeverityLabel).default({}),
    /** Findings of these severities are suppressed, those of controls that passed excepted: they must come back when they fail. */
    suppressSeverities: z.array(SeverityLabel).max(4).default([]),
    /** Findings of these controls are suppressed. */
    suppressControls: z
      .array(z.strictObject({ controlId: ControlId, reason: z.string().min(1).max(256) }))
      .max(20)
      .default([]),
  })
  .superRefine(({ severity }, context) => {
    // A rule sees each version of a finding, with the severity that it has given to the last one.
    for (const [from, to] of Object.entries(severity)) {
      const next = severity[to as keyof typeof severity];
      if (next === undefined || next === to) continue;
      context.addIssue({
        code: "custom",
        path: ["severity", from],
        message: `${to} becomes ${next} in its turn, so that findings would change with each of their updates: give ${from} a severity that stays`,
      });
    }
  });
export type EnvironmentRules = z.infer<typeof EnvironmentRules>;

const productive = { criticality: 90 };
const staging = { criticality: 70 };
/**
 * Nothing of development is above LOW, so that by severity and then criticality a backlog has all weaknesses of prod and stage first. LOW stays what
 * it is: what became less would be suppressed with what only informs.
 */
const developing: z.input<typeof EnvironmentRules> = {
  criticality: 30,
  severity: { CRITICAL: "LOW", HIGH: "LOW", MEDIUM: "LOW" },
  suppressSeverities: ["INFORMATIONAL"],
};

const AutomationRuleSettings = z.strictObject({
  enabled: z.boolean().default(true),
  /** Whose findings are re-scored and suppressed by severity. By default weaknesses, and not what detects an attack, which is one in any environment. */
  products: z.array(ProductPath).min(1).max(20).default(["aws/securityhub", "aws/inspector"]),
  environments: z.record(EnvironmentName, EnvironmentRules).prefault({
    ...{ prod: productive, production: productive },
    ...{ stage: staging, staging },
    ...{ dev: developing, development: developing, test: developing, sandbox: developing },
  }),
});
export type AutomationRuleSettings = z.infer<typeof AutomationRuleSettings>;

/**
 * A control that is off in some standards, or is to be on. What is taken out of the list is on again with the next deployment, as is what
 * somebody has switched off by hand: the latter needs an account's `exception`, which is approved and expires.
 */
const ControlChoice = z.strictObject({
  controlId: ControlId,
  /** Of the organization's standards, those that have the control. */
  standards: z.array(StandardName).min(1),
  status: z.enum(["DISABLED", "ENABLED"]).default("DISABLED"),
  /** `linked`: everywhere but in the home region, for controls on global resources, which one region checks well enough. */
  regions: z.enum(["all", "linked"]).default("all"),
  reason: z.string().min(1).max(256),
});
export type ControlChoice = z.infer<typeof ControlChoice>;

/** A product of a third party whose findings are taken. Some have an account id in their ARN (the integration's page in AWS's console has it). */
const ProductChoice = z.strictObject({ product: ProductPath, accountId: AccountId.optional() });
export type ProductChoice = z.infer<typeof ProductChoice>;

const ConfigurationTarget = z
  .string()
  .regex(
    /^(r-[a-z0-9]{4,32}|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|\d{12})$/,
    "must be an account, an organizational unit or the root, such as ou-ab12-a1b2c3d4",
  );

/** A configuration policy of central mode. */
const CentralPolicy = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "must be lower-case letters, digits and dashes"),
  /** Whose accounts it configures, where nothing closer to them does; never the security account, which looks after itself. */
  targets: z.array(ConfigurationTarget).min(1),
  /** Whether Security Hub is on at all. */
  enabled: z.boolean().default(true),
  /** In place of the organization's. */
  standards: z.array(StandardName).min(1).optional(),
  disabledControls: z.array(ControlId).default([]),
});
export type CentralPolicy = z.infer<typeof CentralPolicy>;

/** What is chosen of Security Hub CSPM beside its standards. */
export const SecurityHubSettings = z.strictObject({
  /**
   * Who owns the members' hubs and standards: their baselines (`local`), or configuration policies that the security account applies from the
   * home region (`central`). To go back to `local`, deploy without policies first: AWS leaves central configuration only then.
   */
  mode: z.enum(["local", "central"], { error: "must be local or central" }).default("local"),
  central: z.strictObject({ policies: z.array(CentralPolicy).max(20).default([]) }).prefault({}),
  /** Findings are scored by the environment of their account when they arrive. */
  automationRules: AutomationRuleSettings.prefault({}),
  /** Views of the backlog in the home region. */
  insights: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
  disabledControls: z.array(ControlChoice).default([]),
  /** Third parties: in the hub of the security account, where a product looks at the organization from there, and in those of members. */
  productSubscriptions: z
    .strictObject({ security: z.array(ProductChoice).default([]), members: z.array(ProductChoice).default([]) })
    .prefault({}),
  /**
   * Accounts outside of the organization that are invited. An administrator of each lets Bulwark in (`make bootstrap ARGS="--outside <id>"`), then
   * the admin stack invites it, and its baseline accepts.
   */
  outsideMembers: z.array(OutsideMember).max(100).default([]),
});
export type SecurityHubSettings = z.infer<typeof SecurityHubSettings>;

interface Checked {
  readonly regions: readonly string[];
  readonly accounts: { readonly security: string };
  readonly standards: readonly StandardName[];
  readonly features: { readonly securityHub: SecurityHubSettings };
}

/** Checks that hold between Security Hub's settings and the others; paths are those of the organization's settings. */
export function checkSecurityHub(value: Checked, issue: (path: (string | number)[], message: string) => void): void {
  const path = ["features", "securityHub"];
  const { disabledControls, productSubscriptions } = value.features.securityHub;
  checkMode(value, path, issue);
  for (const [index, { controlId, standards }] of disabledControls.entries()) {
    const at = [...path, "disabledControls", index];
    if (disabledControls.findIndex((other) => other.controlId === controlId) !== index) {
      issue([...at, "controlId"], `${controlId} is named twice: put its standards together`);
    }
    for (const [place, standard] of standards.entries()) {
      if (!value.standards.includes(standard)) {
        issue([...at, "standards", place], `${standard} is not one of standards (${value.standards.join(", ")})`);
      } else if (standards.indexOf(standard) !== place)
        issue([...at, "standards", place], `${standard} is named twice`);
    }
  }
  for (const [where, products] of Object.entries(productSubscriptions)) {
    for (const [index, { product }] of products.entries()) {
      const at = [...path, "productSubscriptions", where, index, "product"];
      if (product.startsWith("aws/")) issue(at, `${product} is AWS's own, which every hub takes findings from`);
      if (products.findIndex((other) => other.product === product) !== index) issue(at, `${product} is named twice`);
    }
  }
}

type Issue = (path: (string | number)[], message: string) => void;

function checkMode({ regions, accounts, features }: Checked, path: (string | number)[], issue: Issue): void {
  const { mode, central, disabledControls } = features.securityHub;
  const { policies } = central;
  if (mode === "local") {
    if (policies.length > 0) {
      issue(
        [...path, "central", "policies"],
        "are of mode central, but mode is local: baselines own hubs and standards",
      );
    }
    return;
  }
  if (disabledControls.length > 0) {
    issue([...path, "disabledControls"], "are of mode local, but mode is central: name the controls in its policies");
  }
  // Security Hub CSPM User Guide, "Enabling central configuration".
  if (regions.length < 2) issue(["regions"], "must name a region beside the home region for central configuration");
  const targets = policies.flatMap((policy) => policy.targets);
  for (const [index, policy] of policies.entries()) {
    const at = [...path, "central", "policies", index];
    if (policies.findIndex(({ name }) => name === policy.name) !== index) {
      issue([...at, "name"], `${policy.name} is named twice`);
    }
    for (const [place, target] of policy.targets.entries()) {
      if (target === accounts.security)
        issue([...at, "targets", place], "is the security account, which looks after itself");
      if (targets.filter((other) => other === target).length > 1)
        issue([...at, "targets", place], `${target} is named twice`);
    }
  }
}
