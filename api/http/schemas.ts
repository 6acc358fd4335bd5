import { z } from "zod";
import { Extensions } from "../../programs/extensions/extensions.ts";
import { AccountId, OrganizationalUnitId } from "../../programs/identifiers.ts";
import { accountOrigins, accountStatuses } from "../accounts/account.ts";
import { weakeningStatuses } from "../accounts/weakenings.ts";
import { operationKinds, operationStatuses, origins } from "../operations/operation.ts";
import { roles } from "./permissions.ts";

// What the API takes and answers. From these come the checks of requests, the OpenAPI document and the contract's tests.

const time = z.iso.datetime();
const free = z.record(z.string(), z.unknown());

export const accountIdParams = z.strictObject({
  accountId: AccountId.meta({ description: "Twelve digits." }),
});
export const operationIdParams = z.strictObject({ operationId: z.string().max(100) });

export const FieldErrorBody = z
  .object({ field: z.string(), message: z.string(), allowed: z.string().optional() })
  .meta({ id: "FieldError", description: "One wrong field and what is allowed." });

export const ProblemBody = z
  .object({
    type: z.string().meta({ description: "Stable; a relative reference that explains the problem." }),
    title: z.string(),
    status: z.int().optional(),
    detail: z.string().meta({ description: "What happened and what to do." }),
    instance: z.string().optional(),
    requestId: z.string().optional(),
    errors: z.array(FieldErrorBody).optional(),
    operationId: z.string().optional(),
    accountId: z.string().optional(),
    region: z.string().optional(),
    service: z.string().optional(),
    call: z.string().optional().meta({ description: "The AWS call, as IAM names it." }),
    resource: z.string().optional(),
    remedy: z.string().optional(),
    failures: z.array(free).optional().meta({ description: "Every resource that failed, where several did." }),
  })
  .meta({ id: "Problem", description: "RFC 9457." });

export const ChangesBody = z
  .object({
    create: z.int(),
    update: z.int(),
    replace: z.int(),
    delete: z.int(),
    same: z.int(),
    import: z.int().optional(),
  })
  .meta({ id: "Changes", description: "Resources by what was, or would be, done to them." });

export const OperationBody = z
  .object({
    id: z.string(),
    kind: z.enum(operationKinds),
    target: z.object({ stack: z.string(), accountId: z.string().optional(), email: z.string().optional() }),
    status: z.enum(operationStatuses),
    how: z.enum(origins).meta({
      description:
        "A call to the API, an event of the organization or of its findings' response, or the service's own clock.",
    }),
    requestedBy: z.string(),
    because: z.string().optional().meta({ description: "Why, where no person has asked for it." }),
    createdAt: time,
    startedAt: time.optional(),
    finishedAt: time.optional(),
    attempt: z.int().optional(),
    retryAt: time.optional().meta({ description: "Waiting for the next attempt until then." }),
    cancelRequestedAt: time.optional(),
    changes: ChangesBody.optional(),
    error: ProblemBody.optional(),
    result: free.optional().meta({ description: "Not in lists." }),
  })
  .meta({ id: "Operation" });

export const DriftBody = z
  .object({
    drifted: z.boolean(),
    checkedAt: time,
    operationId: z.string(),
    changes: ChangesBody,
    resources: z.array(free).optional().meta({ description: "Not in lists." }),
    inState: z
      .boolean()
      .optional()
      .meta({ description: "A deployment has read it into the state and has not mended it yet." }),
  })
  .meta({ id: "Drift", description: "What the last check found that differs from the recorded state." });

export const AccountReadinessBody = z
  .object({
    ready: z.boolean(),
    checkedAt: time.optional().meta({ description: "Absent before the first look." }),
    missing: z.array(z.object({ region: z.string(), what: z.string(), state: z.string() })),
    overdue: z
      .boolean()
      .optional()
      .meta({ description: "Not ready a day after its deployment: somebody has to look." }),
    error: z.string().optional().meta({ description: "Why AWS could not be asked." }),
  })
  .meta({
    id: "AccountReadiness",
    description:
      "Whether standards are READY, the recorder records, the detector, the memberships and Inspector's scans are enabled, as AWS said when it was asked last.",
  });

export const AccountBody = z
  .object({
    accountId: z.string(),
    name: z.string(),
    email: z.string(),
    how: z.enum(accountOrigins).meta({ description: "Named in a request, created by one, or announced by an event." }),
    status: z.enum(accountStatuses),
    owner: z.string().optional(),
    environment: z.string().optional(),
    stack: z.string(),
    regions: z.array(z.string()),
    baselineVersion: z.string().optional(),
    resources: z.int().optional(),
    drift: DriftBody.optional(),
    lastOperation: z.string().optional(),
    createdAt: time,
    updatedAt: time,
    onboardedAt: time.optional(),
    deployedAt: time.optional(),
  })
  .meta({ id: "Account" });

export const ListedAccountBody = AccountBody.extend({ readiness: AccountReadinessBody }).meta({ id: "ListedAccount" });

export const WeakeningBody = z
  .object({
    type: z.string(),
    name: z.string(),
    status: z.enum(weakeningStatuses),
    expires: time.meta({ description: "Approved, it counts until then." }),
    requestedBy: z.string(),
    requestedAt: time,
    decidedBy: z.string().optional(),
    decidedAt: time.optional(),
    comment: z.string().optional(),
    endedAt: time.optional(),
    entry: free.meta({ description: "What the decision is on." }),
  })
  .meta({
    id: "Weakening",
    description: "An extension that weakens what the organization set, and the decision on it.",
  });

/** The request is named by its time, so that nobody approves what has become of it meanwhile. */
export const WeakeningDecisionRequest = z
  .strictObject({
    requestedAt: time.meta({ description: "Repeats `requestedAt` of what is decided on, as GET shows it." }),
    comment: z.string().trim().min(1).max(1000).optional(),
  })
  .meta({ id: "WeakeningDecisionRequest" });

export const AccountDetailBody = AccountBody.extend({
  extensions: z.array(free),
  weakenings: z.array(WeakeningBody).meta({ description: "Of the extensions: those that need an approver." }),
  outputs: free.optional(),
  adoptions: z.array(free),
}).meta({
  id: "AccountDetail",
});

const creationFields = ["name", "email", "organizationalUnitId"] as const;
const forms = "either accountId of an existing account, or name and email (and organizationalUnitId) of one to create";

const Owner = z.string().trim().min(1).max(128).meta({ description: "Team or person." });
const Environment = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "must be 1 to 32 lower-case letters, digits and dashes, such as prod");

const AccountExtensions = Extensions.meta({
  description:
    "What the team adds to its baseline: typed entries, see docs/extensions.md. The next deployment brings them.",
});

/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html gives the limits of name and e-mail. */
export const AccountRequest = z
  .strictObject({
    accountId: AccountId.optional(),
    name: z
      .string()
      .regex(/^[ -~]{1,50}$/, "must be 1 to 50 printable ASCII characters")
      .optional(),
    email: z
      .string()
      .min(6)
      .max(64)
      .regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "must be an e-mail address")
      .optional(),
    organizationalUnitId: OrganizationalUnitId.optional(),
    owner: Owner.optional(),
    environment: Environment.optional(),
    extensions: AccountExtensions.optional(),
  })
  .superRefine((request, context) => {
    const issue = (field: string, message: string) =>
      context.addIssue({ code: "custom", path: [field], message, params: { allowed: forms } });
    const given = creationFields.filter((field) => request[field] !== undefined);
    if (request.accountId !== undefined) {
      for (const field of given) issue(field, "can't be given together with accountId");
    } else if (given.length === 0) {
      issue("accountId", "is missing");
    } else {
      for (const field of ["name", "email"] as const) if (request[field] === undefined) issue(field, "is missing");
    }
  })
  .meta({
    id: "AccountRequest",
    description: `Onboard an account: ${forms}.`,
    oneOf: [{ required: ["accountId"] }, { required: ["name", "email"] }],
  });

export const AccountPatch = z
  .strictObject({
    owner: Owner.nullable().optional(),
    environment: Environment.nullable().optional(),
    extensions: AccountExtensions.nullable().optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, {
    message: "changes nothing",
    params: { allowed: "owner, environment, extensions" },
  })
  .meta({ id: "AccountPatch", description: "What is left out stays; null clears." });

export const RunRequestBody = z
  .strictObject({ refresh: z.boolean().optional().meta({ description: "Read the live state first." }) })
  .meta({ id: "RunRequest" });

export const NothingRequest = z.strictObject({}).meta({ id: "NothingRequest" });

export const AdminBody = z
  .object({
    stack: z.string(),
    deployed: z.boolean(),
    deployedAt: time.optional(),
    resources: z.int().optional(),
    baselineVersion: z.string().optional(),
    drift: DriftBody.optional(),
    lastOperation: z.string().optional(),
    outputs: free.optional(),
    adoptions: z.array(free),
  })
  .meta({ id: "Admin" });

export const TokenRequest = z
  .strictObject({
    name: z.string().regex(/^[\w.@-]{1,64}$/, "must be 1 to 64 letters, digits, dots, dashes, underscores and @"),
    role: z.enum(roles),
    accounts: z
      .array(AccountId)
      .min(1)
      .max(100)
      .optional()
      .meta({ description: "With the role team, and only with it: the accounts that it sees and extends." }),
  })
  .superRefine(({ role, accounts }, context) => {
    if ((role === "team") === (accounts !== undefined)) return;
    const message = role === "team" ? "is missing: a team's token is for accounts" : `can't be given to role ${role}`;
    const params = { allowed: "1 to 100 account ids with role team, nothing with other roles" };
    context.addIssue({ code: "custom", path: ["accounts"], message, params });
  })
  .meta({
    id: "TokenRequest",
    oneOf: [
      { properties: { role: { const: "team" } }, required: ["accounts"] },
      { properties: { role: { not: { const: "team" } }, accounts: false } },
    ],
  });

export const TokenBody = z
  .object({
    ...{ id: z.string(), name: z.string(), role: z.enum(roles), accounts: z.array(z.string()).optional() },
    ...{ createdBy: z.string(), createdAt: time },
  })
  .meta({ id: "Token" });

export const NewTokenBody = TokenBody.extend({
  token: z.string().meta({ description: "Shown this once; only its hash is stored." }),
}).meta({ id: "NewToken" });

export const AuditEntryBody = z
  .object({
    entry: z.int().meta({ description: "1, 2, 3 ... without gaps." }),
    at: time,
    actor: z.string(),
    action: z.string(),
    target: z.string(),
    requestId: z.string().optional(),
    detail: free,
    hash: z.string().meta({ description: "SHA-256 of the entry and the hash of the one before." }),
  })
  .meta({ id: "AuditEntry" });

export const AuditVerificationBody = z
  .object({
    ok: z.boolean(),
    entries: z.int().meta({ description: "How many were found to be whole." }),
    head: z.string().meta({ description: "Hash of the last of them." }),
    firstBroken: z.object({ entry: z.int(), reason: z.string() }).optional(),
  })
  .meta({ id: "AuditVerification" });

export const ReadinessBody = z
  .object({
    ready: z.boolean(),
    checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
  })
  .meta({ id: "Readiness" });

export function pageOf(id: string, item: z.ZodType): z.ZodType {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() }).meta({ id: `${id}Page` });
}
