import type { PlatformType } from "@aws-sdk/client-ssm";
import { type ContentObject, isObject, missingMembers, unknownMembers } from "./content-object.ts";
import { parameterProblems, undeclaredReferences } from "./parameter-rules.ts";

/** Plugins with the inputs that they need (Systems Manager user guide, "Command document plugin reference"). */
const PLUGINS: Readonly<Record<string, readonly string[]>> = {
  "aws:applications": ["action"],
  "aws:cloudWatch": ["properties"],
  "aws:configureDocker": ["action"],
  "aws:configurePackage": ["action", "name"],
  "aws:domainJoin": ["directoryId", "directoryName"],
  "aws:downloadContent": ["sourceType", "sourceInfo"],
  "aws:psModule": ["runCommand"],
  "aws:refreshAssociation": [],
  "aws:runDockerAction": ["action"],
  "aws:runDocument": ["documentType", "documentPath"],
  "aws:runPowerShellScript": ["runCommand"],
  "aws:runShellScript": ["runCommand"],
  "aws:softwareInventory": [],
  "aws:updateAgent": ["agentName"],
  "aws:updateSsmAgent": ["agentName"],
};

const STEP_MEMBERS = [
  "action",
  "name",
  "inputs",
  "precondition",
  "maxAttempts",
  "timeoutSeconds",
  "onFailure",
  "onSuccess",
  "finallyStep",
  "isEnd",
  "settings",
];

const PLATFORMS: readonly PlatformType[] = ["Windows", "Linux", "MacOS"];

/** What is wrong with a Command document; nothing where AWS takes it. */
export function commandProblems(document: ContentObject): string[] {
  if (document.schemaVersion === "1.2") return legacyProblems(document);
  const { mainSteps, parameters } = document;
  const problems = [
    ...unknownMembers(document, ["schemaVersion", "description", "parameters", "mainSteps", "files"], "The document"),
    ...parameterProblems(parameters, false),
  ];
  if (!Array.isArray(mainSteps) || mainSteps.length === 0)
    return [...problems, "mainSteps must be a list with at least one step"];
  const names = mainSteps.map((step) => (isObject(step) ? step.name : undefined));
  const doubled = names.filter((name, index) => name !== undefined && names.indexOf(name) !== index);
  return [
    ...problems,
    ...doubled.map((name) => `There is more than one step "${name}"`),
    ...mainSteps.flatMap((step, index) => stepProblems(step, index)),
    ...undeclaredReferences(mainSteps, parameters, ["platformType"]),
  ];
}

/** Version 1.2 has plugins in place of steps. */
function legacyProblems(document: ContentObject): string[] {
  const { runtimeConfig, parameters } = document;
  const problems = [
    ...unknownMembers(document, ["schemaVersion", "description", "parameters", "runtimeConfig"], "The document"),
    ...parameterProblems(parameters, false),
  ];
  if (!isObject(runtimeConfig)) return [...problems, "runtimeConfig must be an object"];
  const strange = Object.keys(runtimeConfig).filter((plugin) => !(plugin in PLUGINS));
  return [...problems, ...strange.map((plugin) => `There is no plugin "${plugin}"`)];
}

function stepProblems(step: unknown, index: number): string[] {
  const where = `mainSteps[${index}]`;
  if (!isObject(step)) return [`${where} must be an object`];
  const { action, name, inputs, precondition } = step;
  const problems = [...unknownMembers(step, STEP_MEMBERS, where), ...missingMembers(step, ["action", "name"], where)];
  if (name !== undefined && !/^[a-zA-Z0-9_-]{1,128}$/.test(String(name)))
    problems.push(`${where}: "${name}" is no name of a step`);
  const required = PLUGINS[String(action)];
  if (action !== undefined && required === undefined) problems.push(`${where}: there is no plugin "${action}"`);
  if (inputs !== undefined && !isObject(inputs)) problems.push(`${where}: inputs must be an object`);
  else if (required !== undefined)
    problems.push(...missingMembers(isObject(inputs) ? inputs : {}, required, `${where}.inputs`));
  return [...problems, ...preconditionProblems(precondition, where)];
}

function preconditionProblems(precondition: unknown, where: string): string[] {
  if (precondition === undefined) return [];
  const operands = isObject(precondition) ? precondition.StringEquals : undefined;
  const right = Array.isArray(operands) && operands.length === 2 && operands.every((each) => typeof each === "string");
  if (!right || Object.keys(precondition as object).length !== 1) {
    return [`${where}: precondition must be {"StringEquals": [a, b]}`];
  }
  const platform = platformOf(precondition);
  return platform === undefined || PLATFORMS.includes(platform) ? [] : [`${where}: there is no platform "${platform}"`];
}

/** The platform that a precondition asks for; undefined where it asks for something else. */
function platformOf(precondition: unknown): PlatformType | undefined {
  const operands = isObject(precondition) && Array.isArray(precondition.StringEquals) ? precondition.StringEquals : [];
  if (!operands.some((each) => /^(\{\{\s*)?platformType(\s*\}\})?$/.test(String(each)))) return undefined;
  return operands.find((each) => !String(each).includes("platformType")) as PlatformType;
}

/** Where a document can run: what its steps' plugins and preconditions allow. */
export function commandPlatforms({ mainSteps, runtimeConfig }: ContentObject): readonly PlatformType[] {
  const steps = Array.isArray(mainSteps)
    ? mainSteps.filter(isObject)
    : Object.keys(isObject(runtimeConfig) ? runtimeConfig : {}).map((action): ContentObject => ({ action }));
  const found = new Set(
    steps.flatMap(({ action, precondition }): readonly PlatformType[] => {
      const platform = platformOf(precondition);
      if (platform !== undefined) return [platform];
      if (action === "aws:runShellScript") return ["Linux", "MacOS"];
      return action === "aws:psModule" || action === "aws:applications" ? ["Windows"] : PLATFORMS;
    }),
  );
  return PLATFORMS.filter((platform) => found.has(platform));
}
