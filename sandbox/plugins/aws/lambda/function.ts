import { readFile } from "node:fs/promises";
import type {
  ApplicationLogLevel,
  Architecture,
  LogFormat,
  PackageType,
  Runtime,
  SystemLogLevel,
  TracingMode,
} from "@aws-sdk/client-lambda";
import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import {
  archive,
  block,
  boolean,
  type InputsOf,
  list,
  map,
  number,
  output,
  set,
  string,
} from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asMap, tagChanges, tagFields } from "../../provider/tags.ts";
import { waitFor } from "../../provider/waiting.ts";
import { GONE, lambdaClient } from "./client.ts";

const properties = {
  name: string({ replaces: true, naming: { length: 64 } }),
  role: string({ required: true }),
  runtime: string(),
  handler: string(),
  packageType: string({ default: "Zip", replaces: true }),
  architectures: list(string(), { computed: true }),
  /** The state keeps what was set: of code that somebody else has put there, `sourceCodeHash` tells. */
  code: archive({ unread: true }),
  /** Base64 of the SHA-256 of the zip, as Lambda's `CodeSha256`. */
  sourceCodeHash: string({ computed: true }),
  description: string(),
  memorySize: number({ default: 128 }),
  /** Seconds. */
  timeout: number({ default: 3 }),
  reservedConcurrentExecutions: number({ default: -1 }),
  environment: block({ variables: map() }),
  kmsKeyArn: string(),
  layers: list(string()),
  deadLetterConfig: block({ targetArn: string({ required: true }) }),
  ephemeralStorage: block({ size: number({ computed: true }) }, { computed: true }),
  loggingConfig: block(
    {
      logFormat: string({ required: true }),
      logGroup: string({ computed: true }),
      applicationLogLevel: string(),
      systemLogLevel: string(),
    },
    { computed: true },
  ),
  tracingConfig: block({ mode: string({ required: true }) }, { computed: true }),
  publish: boolean({ default: false, unread: true }),
  skipDestroy: boolean({ default: false, unread: true }),
  ...tagFields,
  arn: output(string()),
  invokeArn: output(string()),
  version: output(string()),
  signingJobArn: output(string()),
  qualifiedArn: output(string()),
  qualifiedInvokeArn: output(string()),
  vpcConfig: block({
    securityGroupIds: set(string(), { required: true }),
    subnetIds: set(string(), { required: true }),
  }),
};

type Inputs = InputsOf<typeof properties>;

/** The part of a function that UpdateFunctionConfiguration sets; what is left out goes back to its default. */
function configurationOf(inputs: Inputs) {
  const { environment, loggingConfig: logging, deadLetterConfig, ephemeralStorage, tracingConfig } = inputs;
  return {
    Role: inputs.role,
    Handler: inputs.handler,
    Runtime: inputs.runtime as Runtime | undefined,
    Description: inputs.description ?? "",
    MemorySize: inputs.memorySize,
    Timeout: inputs.timeout,
    Environment: { Variables: { ...environment?.variables } },
    KMSKeyArn: inputs.kmsKeyArn ?? "",
    Layers: [...(inputs.layers ?? [])],
    DeadLetterConfig: { TargetArn: deadLetterConfig?.targetArn ?? "" },
    ...(ephemeralStorage?.size === undefined ? {} : { EphemeralStorage: { Size: ephemeralStorage.size } }),
    ...(tracingConfig === undefined ? {} : { TracingConfig: { Mode: tracingConfig.mode as TracingMode } }),
    ...(logging === undefined
      ? {}
      : {
          LoggingConfig: {
            LogFormat: logging.logFormat as LogFormat,
            LogGroup: logging.logGroup,
            ApplicationLogLevel: logging.applicationLogLevel as ApplicationLogLevel | undefined,
            SystemLogLevel: logging.systemLogLevel as SystemLogLevel | undefined,
          },
        }),
  };
}

async function zipOf({ code, name }: Inputs): Promise<Uint8Array> {
  if (code?.path === undefined) throw new Error(`the code of Lambda Function (${name}) is no archive of a file`);
  return readFile(code.path);
}

const find = async (place: Place, name: string) =>
  unless((await place.client(lambdaClient)).getFunction({ FunctionName: name }), GONE);

/** A function takes no further change before the last one is through (Lambda Developer Guide, "Lambda function states"). */
async function settled(place: Place, name: string): Promise<void> {
  await waitFor({ within: 600_000, signal: place.cancelled }, async () => {
    const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason } =
      (await find(place, name))?.Configuration ?? {};
    if (State === "Failed") throw new Error(`Lambda Function (${name}) failed: ${StateReason}`);
    if (LastUpdateStatus === "Failed")
      throw new Error(`the update of Lambda Function (${name}) failed: ${LastUpdateStatusReason}`);
    return State === "Pending" || LastUpdateStatus === "InProgress" ? undefined : true;
  });
}

export const lambdaFunction = resource({
  title: "Lambda Function",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs, made) {
    const lambda = await place.client(lambdaClient);
    const name = inputs.name ?? "";
    await lambda.createFunction({
      FunctionName: name,
      ...configurationOf(inputs),
      PackageType: inputs.packageType as PackageType,
      Code: { ZipFile: await zipOf(inputs) },
      Architectures: inputs.architectures as Architecture[] | undefined,
      Publish: inputs.publish,
      Tags: asMap(inputs.tagsAll),
      ...(inputs.vpcConfig === undefined
        ? {}
        : {
            VpcConfig: {
              SubnetIds: [...inputs.vpcConfig.subnetIds],
              SecurityGroupIds: [...inputs.vpcConfig.securityGroupIds],
            },
          }),
    });
    made(name);
    await settled(place, name);
    if (inputs.reservedConcurrentExecutions >= 0) {
      await lambda.putFunctionConcurrency({
        FunctionName: name,
        ReservedConcurrentExecutions: inputs.reservedConcurrentExecutions,
      });
    }
    return name;
  },
  async read(place, id) {
    const found = await find(place, id);
    const it = found?.Configuration;
    if (it === undefined) return undefined;
    const variables = it.Environment?.Variables ?? {};
    const { LoggingConfig: logging, VpcConfig: vpc } = it;
    const api = `arn:${it.FunctionArn?.split(":")[1]}:apigateway:${place.region}:lambda:path/2015-03-31/functions`;
    return {
      name: it.FunctionName,
      role: it.Role,
      runtime: it.Runtime,
      handler: it.Handler,
      packageType: it.PackageType ?? "Zip",
      architectures: it.Architectures ?? ["x86_64"],
      sourceCodeHash: it.CodeSha256,
      description: it.Description,
      memorySize: it.MemorySize,
      timeout: it.Timeout,
      reservedConcurrentExecutions: found?.Concurrency?.ReservedConcurrentExecutions ?? -1,
      environment: Object.keys(variables).length === 0 ? undefined : { variables },
      kmsKeyArn: it.KMSKeyArn,
      layers: (it.Layers ?? []).map(({ Arn = "" }) => Arn),
      deadLetterConfig: it.DeadLetterConfig?.TargetArn ? { targetArn: it.DeadLetterConfig.TargetArn } : undefined,
      ephemeralStorage: { size: it.EphemeralStorage?.Size ?? 512 },
      loggingConfig: {
        logFormat: logging?.LogFormat ?? "Text",
        logGroup: logging?.LogGroup ?? `/aws/lambda/${it.FunctionName}`,
        applicationLogLevel: logging?.ApplicationLogLevel,
        systemLogLevel: logging?.SystemLogLevel,
      },
      tracingConfig: { mode: it.TracingConfig?.Mode ?? "PassThrough" },
      vpcConfig: vpc?.SubnetIds?.length
        ? { subnetIds: vpc.SubnetIds, securityGroupIds: vpc.SecurityGroupIds ?? [] }
        : undefined,
      tagsAll: found?.Tags ?? {},
      arn: it.FunctionArn,
      invokeArn: `${api}/${it.FunctionArn}/invocations`,
      version: it.Version,
      signingJobArn: it.SigningJobArn,
      qualifiedArn: `${it.FunctionArn}:${it.Version}`,
      qualifiedInvokeArn: `${api}/${it.FunctionArn}:${it.Version}/invocations`,
    };
  },
  async update(place, id, inputs, changed, prior) {
    const lambda = await place.client(lambdaClient);
    const step = <Answer>(what: string, call: Promise<Answer>) =>
      during(`updating Lambda Function (${id}) ${what}`, () => call);
    if (["code", "sourceCodeHash", "architectures"].some((name) => changed.has(name))) {
      const ZipFile = await zipOf(inputs);
      const Architectures = inputs.architectures as Architecture[] | undefined;
      await step(
        "code",
        lambda.updateFunctionCode({ FunctionName: id, ZipFile, Architectures, Publish: inputs.publish }),
      );
      await settled(place, id);
    }
    const apart = ["code", "sourceCodeHash", "architectures", "tags", "tagsAll", "reservedConcurrentExecutions"];
    if ([...changed].some((name) => !apart.includes(name))) {
      const VpcConfig = {
        SubnetIds: [...(inputs.vpcConfig?.subnetIds ?? [])],
        SecurityGroupIds: [...(inputs.vpcConfig?.securityGroupIds ?? [])],
      };
      const vpc = changed.has("vpcConfig") ? { VpcConfig } : {};
      const wanted = { FunctionName: id, ...configurationOf(inputs), ...vpc };
      await step("configuration", lambda.updateFunctionConfiguration(wanted));
      await settled(place, id);
    }
    if (changed.has("reservedConcurrentExecutions")) {
      const ReservedConcurrentExecutions = inputs.reservedConcurrentExecutions;
      await step(
        "concurrency",
        ReservedConcurrentExecutions >= 0
          ? lambda.putFunctionConcurrency({ FunctionName: id, ReservedConcurrentExecutions })
          : lambda.deleteFunctionConcurrency({ FunctionName: id }),
      );
    }
    const Resource = String(prior.arn);
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    if (Object.keys(tags.set).length > 0) await lambda.tagResource({ Resource, Tags: tags.set });
    if (tags.remove.length > 0) await lambda.untagResource({ Resource, TagKeys: tags.remove });
  },
  async delete(place, id, state) {
    if (state.skipDestroy === true) return;
    const lambda = await place.client(lambdaClient);
    await unless(lambda.deleteFunction({ FunctionName: id }), GONE);
  },
});
