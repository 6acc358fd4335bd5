import type { FunctionUrlAuthType } from "@aws-sdk/client-lambda";
import { unless } from "../../provider/errors.ts";
import { boolean, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { GONE, lambdaClient } from "./client.ts";

/** A statement of a function's policy as Lambda writes it. */
interface Statement {
  readonly Sid?: string;
  readonly Action?: string;
  readonly Principal?: string | { readonly Service?: string; readonly AWS?: string };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The value that a condition asks for, whatever its operator. */
function condition({ Condition = {} }: Statement, key: string): string | undefined {
  for (const keys of Object.values(Condition)) {
    for (const [name, value] of Object.entries(keys)) if (name.toLowerCase() === key.toLowerCase()) return value;
  }
  return undefined;
}

/** An account is written as its root. */
function principalOf({ Principal }: Statement): string | undefined {
  if (typeof Principal !== "object") return Principal;
  return Principal.Service ?? /^arn:[\w-]+:iam::(\d{12}):root$/.exec(Principal.AWS ?? "")?.[1] ?? Principal.AWS;
}

export const permission = resource({
  title: "Lambda Permission",
  properties: {
    statementId: string({ replaces: true, naming: { length: 100 } }),
    action: string({ required: true, replaces: true }),
    function: string({ required: true, replaces: true }),
    principal: string({ required: true, replaces: true }),
    principalOrgId: string({ replaces: true }),
    sourceArn: string({ replaces: true }),
    sourceAccount: string({ replaces: true }),
    eventSourceToken: string({ replaces: true }),
    functionUrlAuthType: string({ replaces: true }),
    invokedViaFunctionUrl: boolean({ replaces: true }),
    qualifier: string({ replaces: true }),
  },
  label: (inputs) => inputs.statementId,
  async create(place, inputs) {
    const lambda = await place.client(lambdaClient);
    await lambda.addPermission({
      FunctionName: inputs.function,
      StatementId: inputs.statementId,
      Action: inputs.action,
      Principal: inputs.principal,
      PrincipalOrgID: inputs.principalOrgId,
      SourceArn: inputs.sourceArn,
      SourceAccount: inputs.sourceAccount,
      EventSourceToken: inputs.eventSourceToken,
      FunctionUrlAuthType: inputs.functionUrlAuthType as FunctionUrlAuthType | undefined,
      InvokedViaFunctionUrl: inputs.invokedViaFunctionUrl,
      Qualifier: inputs.qualifier,
    });
    return inputs.statementId ?? "";
  },
  /** An import's id is `function/statement` or `function:qualifier/statement`. */
  async read(place, id, prior) {
    const lambda = await place.client(lambdaClient);
    const [, imported, qualified, sid] = /^([^/:]+)(?::([^/]+))?\/(.+)$/.exec(id) ?? [];
    const name = prior.function ?? imported ?? "";
    const qualifier = prior.qualifier ?? qualified;
    const answer = await unless(lambda.getPolicy({ FunctionName: name, Qualifier: qualifier }), GONE);
    if (answer === undefined) return undefined;
    const { Statement = [] } = JSON.parse(answer.Policy ?? "{}") as { Statement?: readonly Statement[] };
    const found = Statement.find(({ Sid }) => Sid === (sid ?? id));
    if (found === undefined) return undefined;
    return {
      id: found.Sid ?? id,
      statementId: found.Sid,
      action: found.Action,
      function: name,
      principal: principalOf(found),
      principalOrgId: condition(found, "aws:PrincipalOrgID"),
      sourceArn: condition(found, "AWS:SourceArn"),
      sourceAccount: condition(found, "AWS:SourceAccount"),
      eventSourceToken: condition(found, "lambda:EventSourceToken"),
      functionUrlAuthType: condition(found, "lambda:FunctionUrlAuthType"),
      invokedViaFunctionUrl: condition(found, "lambda:InvokedViaFunctionUrl") === "true" || undefined,
      qualifier,
    };
  },
  async delete(place, id, state) {
    const lambda = await place.client(lambdaClient);
    const of = { FunctionName: state.function, StatementId: id, Qualifier: state.qualifier };
    await unless(lambda.removePermission(of), GONE);
  },
});
