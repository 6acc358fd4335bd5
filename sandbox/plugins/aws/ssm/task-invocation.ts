import type {
  DocumentHashType,
  MaintenanceWindowRunCommandParameters,
  MaintenanceWindowTaskInvocationParameters,
  NotificationEvent,
  NotificationType,
} from "@aws-sdk/client-ssm";
import { block, boolean, type InputsOf, list, number, set, string } from "../../provider/property.ts";

const parameters = set(block({ name: string({ required: true }), values: list(string(), { required: true }) }));

const fields = {
  automationParameters: block({ documentVersion: string(), parameters }),
  lambdaParameters: block({ clientContext: string(), payload: string(), qualifier: string() }),
  runCommandParameters: block({
    cloudwatchConfig: block({
      cloudwatchLogGroupName: string({ computed: true }),
      cloudwatchOutputEnabled: boolean(),
    }),
    comment: string(),
    documentHash: string(),
    documentHashType: string(),
    documentVersion: string(),
    notificationConfig: block({
      notificationArn: string(),
      notificationEvents: list(string()),
      notificationType: string(),
    }),
    outputS3Bucket: string(),
    outputS3KeyPrefix: string(),
    parameters,
    serviceRoleArn: string(),
    timeoutSeconds: number(),
  }),
  stepFunctionsParameters: block({ input: string(), name: string() }),
};

/** What a maintenance window gives what it runs; one of the four. */
export const invocationParameters = block(fields);

type Invocation = InputsOf<typeof fields>;
type Parameters = NonNullable<NonNullable<Invocation["automationParameters"]>["parameters"]>;
type RunCommand = NonNullable<Invocation["runCommandParameters"]>;

const parametersTo = (given: Parameters | undefined) =>
  given && Object.fromEntries(given.map(({ name, values }): [string, string[]] => [name, [...values]]));

const parametersFrom = (found: Readonly<Record<string, string[]>> | undefined) =>
  found && Object.entries(found).map(([name, values]) => ({ name, values }));

export function invocationTo(given: Invocation | undefined): MaintenanceWindowTaskInvocationParameters | undefined {
  if (given === undefined) return undefined;
  const { automationParameters: automation, lambdaParameters: lambda, stepFunctionsParameters: steps } = given;
  return {
    Automation: automation && {
      DocumentVersion: automation.documentVersion,
      Parameters: parametersTo(automation.parameters),
    },
    Lambda: lambda && {
      ClientContext: lambda.clientContext,
      Payload: lambda.payload === undefined ? undefined : Buffer.from(lambda.payload),
      Qualifier: lambda.qualifier,
    },
    RunCommand: given.runCommandParameters && runCommandTo(given.runCommandParameters),
    StepFunctions: steps && { Input: steps.input, Name: steps.name },
  };
}

function runCommandTo(given: RunCommand): MaintenanceWindowRunCommandParameters {
  const { cloudwatchConfig: logs, notificationConfig: notice } = given;
  return {
    CloudWatchOutputConfig: logs && {
      CloudWatchLogGroupName: logs.cloudwatchLogGroupName,
      CloudWatchOutputEnabled: logs.cloudwatchOutputEnabled,
    },
    Comment: given.comment,
    DocumentHash: given.documentHash,
    DocumentHashType: given.documentHashType as DocumentHashType | undefined,
    DocumentVersion: given.documentVersion,
    NotificationConfig: notice && {
      NotificationArn: notice.notificationArn,
      NotificationEvents: notice.notificationEvents as NotificationEvent[] | undefined,
      NotificationType: notice.notificationType as NotificationType | undefined,
    },
    OutputS3BucketName: given.outputS3Bucket,
    OutputS3KeyPrefix: given.outputS3KeyPrefix,
    Parameters: parametersTo(given.parameters),
    ServiceRoleArn: given.serviceRoleArn,
    TimeoutSeconds: given.timeoutSeconds,
  };
}

export function invocationFrom(found: MaintenanceWindowTaskInvocationParameters | undefined): Invocation | undefined {
  if (found === undefined) return undefined;
  const { Automation, Lambda, RunCommand, StepFunctions } = found;
  return {
    automationParameters: Automation && {
      documentVersion: Automation.DocumentVersion,
      parameters: parametersFrom(Automation.Parameters),
    },
    lambdaParameters: Lambda && {
      clientContext: Lambda.ClientContext,
      payload: Lambda.Payload && Buffer.from(Lambda.Payload).toString("utf8"),
      qualifier: Lambda.Qualifier,
    },
    runCommandParameters: RunCommand && runCommandFrom(RunCommand),
    stepFunctionsParameters: StepFunctions && { input: StepFunctions.Input, name: StepFunctions.Name },
  };
}

function runCommandFrom(found: MaintenanceWindowRunCommandParameters): RunCommand {
  const { CloudWatchOutputConfig: logs, NotificationConfig: notice } = found;
  return {
    cloudwatchConfig: logs && {
      cloudwatchLogGroupName: logs.CloudWatchLogGroupName,
      cloudwatchOutputEnabled: logs.CloudWatchOutputEnabled,
    },
    comment: found.Comment,
    documentHash: found.DocumentHash,
    documentHashType: found.DocumentHashType,
    documentVersion: found.DocumentVersion,
    notificationConfig: notice && {
      notificationArn: notice.NotificationArn,
      notificationEvents: notice.NotificationEvents,
      notificationType: notice.NotificationType,
    },
    outputS3Bucket: found.OutputS3BucketName,
    outputS3KeyPrefix: found.OutputS3KeyPrefix,
    parameters: parametersFrom(found.Parameters),
    serviceRoleArn: found.ServiceRoleArn,
    timeoutSeconds: found.TimeoutSeconds,
  };
}
