import type { ConfigRule, PutConformancePackRequest } from "@aws-sdk/client-config-service";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { AwsError, type Call } from "../../gateway/emulator.ts";
import { ruleDefinition } from "./rule-definition.ts";
import { addRule, MOST_RULES } from "./rules.ts";
import { type Config, invalid, type Pack, type Place } from "./state.ts";
import { parseTemplate, rulesOf } from "./template.ts";

/** The service that owns the rules of conformance packs. */
export const CONFORMS = "config-conforms.amazonaws.com";

/** A rule of a pack, with its whole name. */
export interface PackRule {
  readonly name: string;
  readonly rule: ConfigRule;
}

/** The text of the one template that a call names. Throws `InvalidParameterValueException` where it names none or several. */
export async function templateBody(config: Config, call: Call<PutConformancePackRequest>): Promise<string> {
  const { TemplateBody, TemplateS3Uri, TemplateSSMDocumentDetails } = call.input;
  const given = [TemplateBody, TemplateS3Uri, TemplateSSMDocumentDetails].filter((each) => each !== undefined);
  if (given.length !== 1) {
    throw invalid("You must specify only one of TemplateS3Uri, TemplateBody or TemplateSSMDocumentDetails.");
  }
  if (TemplateSSMDocumentDetails !== undefined) {
    throw new AwsError(
      "InsufficientPermissionsException",
      `SSM:GetDocument of ${TemplateSSMDocumentDetails.DocumentName}: the sandbox makes no packs from SSM documents; use TemplateBody or TemplateS3Uri.`,
    );
  }
  return TemplateBody ?? readObject(config, call, TemplateS3Uri ?? "");
}

async function readObject(config: Config, { accountId, region }: Call<unknown>, uri: string): Promise<string> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  if (Bucket === undefined || Key === undefined) throw invalid(`The TemplateS3Uri '${uri}' is not valid.`);
  const s3 = new S3Client({ ...config.aws.asRoot(accountId, region), forcePathStyle: true });
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return (await Body?.transformToString()) ?? "";
  } catch (error) {
    throw new AwsError(
      "InsufficientPermissionsException",
      `Unable to read the template ${uri}: ${error instanceof Error ? error.message : String(error)}`,
    );
  } finally {
    s3.destroy();
  }
}

/** The rules that a pack's template makes. Throws `ConformancePackTemplateValidationException`. */
export function packRules(config: Config, call: Call<PutConformancePackRequest>, pack: Pack, body: string): PackRule[] {
  const { partition } = config.aws.organization;
  return rulesOf(parseTemplate(body), call.input.ConformancePackInputParameters ?? [], {
    pseudo: {
      "AWS::AccountId": call.accountId,
      "AWS::Region": call.region,
      "AWS::Partition": partition,
      "AWS::StackId": pack.stackArn,
      "AWS::StackName": pack.stackArn.split("/")[1] ?? "",
      "AWS::URLSuffix": "amazonaws.com",
    },
    ruleName: (name) => `${name}-${pack.id}`,
  });
}

/**
 * Makes the pack's rules what its template says; nothing changes where one of them cannot be. Throws as PutConfigRule does.
 */
export function deployRules(
  config: Config,
  call: Pick<Call<unknown>, "accountId" | "region">,
  pack: Pack,
  rules: readonly PackRule[],
): void {
  const place = config.places.of(call.accountId, call.region);
  if (place.recorder === undefined) throw new Error("Configuration Recorder is not available to put config rule.");
  const definitions = new Map(rules.map(({ name, rule }) => [name, ruleDefinition(rule)]));
  const added = [...definitions.keys()].filter((name) => !place.rules.has(name));
  const gone = pack.ruleNames.filter((name) => !definitions.has(name));
  if (place.rules.size + added.length - gone.length > MOST_RULES) {
    throw new Error(`The maximum number of config rules: ${MOST_RULES} is reached.`);
  }
  removeRules(place, gone);
  for (const [name, definition] of definitions) {
    const existing = place.rules.get(name);
    if (existing === undefined) addRule(config, call, { name, definition, createdBy: CONFORMS, tags: new Map() });
    else existing.definition = definition;
  }
  pack.ruleNames = [...definitions.keys()];
}

export function removeRules(place: Place, names: readonly string[]): void {
  for (const name of names) place.rules.delete(name);
}
