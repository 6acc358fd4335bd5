import type { StartAutomationExecutionRequest } from "@aws-sdk/client-ssm";
import { AwsError, type Call } from "../../../gateway/emulator.ts";
import { type ContentObject, isObject } from "../documents/content-object.ts";
import { versionFor, visibleDocument } from "../documents/find.ts";
import { valueProblems } from "../documents/parameter-rules.ts";
import { arnOf, now, type Ssm, uuid, type Version, type Where } from "../state.ts";
import { SERVED } from "./actions.ts";
import type { Credentials } from "./aws-call.ts";
import type { Execution, RunbookStep } from "./execution.ts";
import { resolved } from "./values.ts";

type Asked = Partial<Pick<StartAutomationExecutionRequest, "DocumentName" | "DocumentVersion" | "Parameters">>;
const SERVICE = "ssm.amazonaws.com";

function invalid(message: string): AwsError {
  return new AwsError("InvalidAutomationExecutionParametersException", message);
}

/** The runbook that a call names. Throws `AutomationDefinitionNotFoundException` and `…VersionNotFoundException`. */
function runbookOf(ssm: Ssm, where: Where, { DocumentName = "", DocumentVersion }: Asked): [string, Version] {
  const document = visibleDocument(ssm, where, DocumentName);
  if (document?.type !== "Automation") {
    throw new AwsError("AutomationDefinitionNotFoundException", `Automation definition ${DocumentName} is not found.`);
  }
  try {
    return [document.name, versionFor(document, where, DocumentVersion)];
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const message = `Version ${DocumentVersion} of automation definition ${DocumentName} is not found.`;
    throw new AwsError("AutomationDefinitionVersionNotFoundException", message);
  }
}

/** What the parameters stand for, defaults included, with the variables of Automation itself. */
function valuesOf(ssm: Ssm, where: Where, content: ContentObject, asked: Asked, id: string): Map<string, unknown> {
  const values = new Map<string, unknown>([
    ["global:ACCOUNT_ID", where.accountId],
    ["global:REGION", where.region],
    ["global:AWS_PARTITION", ssm.aws.organization.partition],
    ["automation:EXECUTION_ID", id],
  ]);
  for (const [name, declared] of Object.entries(isObject(content.parameters) ? content.parameters : {})) {
    if (!isObject(declared)) continue;
    const isList = /List/.test(String(declared.type));
    const given = asked.Parameters?.[name];
    const value = given === undefined ? declared.default : isList ? given : given[0];
    if (value !== undefined) values.set(name, declared.type === "Boolean" ? String(value) === "true" : value);
  }
  return values;
}

function roleIn(content: ContentObject, values: ReadonlyMap<string, unknown>): string {
  // Without a value it is none, and the caller's own rights count.
  return String(resolved(content.assumeRole ?? "", (name) => values.get(name) ?? ""));
}

/** The role that an execution would have, where there is one: the caller must be allowed to pass it. */
export function roleAskedFor(ssm: Ssm, where: Where, asked: Asked): string | undefined {
  try {
    const { parsed } = runbookOf(ssm, where, asked)[1].content;
    return roleIn(parsed, valuesOf(ssm, where, parsed, asked, "")) || undefined;
  } catch (error) {
    // What is wrong with the call is said once it is authorized.
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

/** An execution that is ready to run. Throws what AWS says of a call that can't be started. */
export async function prepared(ssm: Ssm, call: Call<StartAutomationExecutionRequest>): Promise<Execution> {
  const { input, principal } = call;
  const { accountId, region } = call;
  const [name, version] = runbookOf(ssm, call, input);
  const { parsed } = version.content;
  const asked = input.Parameters ?? {};
  const [problem] = valueProblems(parsed, asked);
  if (problem !== undefined) throw invalid(problem);
  const steps = (Array.isArray(parsed.mainSteps) ? parsed.mainSteps : []) as RunbookStep[];
  for (const { action } of steps) {
    if (!Object.hasOwn(SERVED, action))
      throw new AwsError("NotImplemented", `The sandbox does not run ${action}.`, 501);
  }
  const id = uuid(ssm);
  const parameters = valuesOf(ssm, call, parsed, input, id);
  const { endpoint } = ssm.aws.asRoot(accountId, region);
  const credentials = await credentialsFor(ssm, call, roleIn(parsed, parameters), id);
  return {
    ...{ id, where: { accountId, region }, document: { name, version: version.number }, steps, asked, parameters },
    wantedOutputs: Array.isArray(parsed.outputs) ? parsed.outputs.map(String) : [],
    signing: { endpoint, region, credentials },
    executedBy: principal.arn,
    clientToken: input.ClientToken,
    startedAt: now(ssm),
    status: "Pending",
    done: new Map(),
    outputs: new Map(),
  };
}

/** Of the role that the runbook names, else of who starts it. */
async function credentialsFor(
  ssm: Ssm,
  call: Call<StartAutomationExecutionRequest>,
  roleArn: string,
  id: string,
): Promise<Credentials> {
  const { accountId, region, principal } = call;
  if (roleArn === "") {
    if (principal.type === "Root") return ssm.aws.asRoot(accountId, region).credentials;
    const forwarded = principal.type === "AssumedRole" ? await ssm.aws.forwardSession(principal) : undefined;
    if (forwarded !== undefined) return forwarded;
    throw new AwsError("NotImplemented", `The sandbox has no rights of ${principal.arn} to run a runbook with.`, 501);
  }
  const session = await ssm.aws.openServiceSession({
    ...{ roleArn, service: SERVICE, accountId, sessionName: `Automation-${id}` },
    sourceArn: arnOf(ssm, call, `automation-execution/${id}`),
  });
  if (session === undefined) throw invalid("The defined assume role is unable to be assumed.");
  return session;
}
