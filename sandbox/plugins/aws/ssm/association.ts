import type {
  AssociationComplianceSeverity,
  AssociationDescription,
  AssociationSyncCompliance,
  InstanceAssociationOutputLocation,
} from "@aws-sdk/client-ssm";
import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, boolean, type InputsOf, list, map, number, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, tagFields } from "../../provider/tags.ts";
import { waitFor } from "../../provider/waiting.ts";
import { changedMoreThanTags, setTags, ssmClient, tagsOf } from "./client.ts";
import { target, targetsFrom, targetsTo } from "./targets.ts";

const properties = {
  name: string({ replaces: true, naming: { length: 255 } }),
  applyOnlyAtCronInterval: boolean({ default: false }),
  associationName: string(),
  automationTargetParameterName: string(),
  calendarNames: list(string()),
  complianceSeverity: string(),
  documentVersion: string({ computed: true }),
  maxConcurrency: string(),
  maxErrors: string(),
  outputLocation: block({ s3BucketName: string({ required: true }), s3KeyPrefix: string(), s3Region: string() }),
  parameters: map({ computed: true }),
  scheduleExpression: string(),
  syncCompliance: string(),
  targets: list(target, { computed: true }),
  waitForSuccessTimeoutSeconds: number({ unread: true }),
  ...tagFields,
  arn: output(string()),
  associationId: output(string()),
};

type Inputs = InputsOf<typeof properties>;

const gone = "AssociationDoesNotExist";

/** What both calls take: a change is a new version, which has only what it is given. */
function settingsOf(inputs: Inputs) {
  const { outputLocation: location, parameters } = inputs;
  return {
    ApplyOnlyAtCronInterval: inputs.applyOnlyAtCronInterval || undefined,
    AssociationName: inputs.associationName || undefined,
    AutomationTargetParameterName: inputs.automationTargetParameterName || undefined,
    CalendarNames: inputs.calendarNames?.length ? [...inputs.calendarNames] : undefined,
    ComplianceSeverity: (inputs.complianceSeverity || undefined) as AssociationComplianceSeverity | undefined,
    DocumentVersion: inputs.documentVersion || undefined,
    MaxConcurrency: inputs.maxConcurrency || undefined,
    MaxErrors: inputs.maxErrors || undefined,
    OutputLocation: location && {
      S3Location: {
        OutputS3BucketName: location.s3BucketName,
        OutputS3KeyPrefix: location.s3KeyPrefix,
        OutputS3Region: location.s3Region,
      },
    },
    Parameters: parameters && Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [value]])),
    ScheduleExpression: inputs.scheduleExpression || undefined,
    SyncCompliance: (inputs.syncCompliance || undefined) as AssociationSyncCompliance | undefined,
    Targets: inputs.targets?.length ? targetsTo(inputs.targets) : undefined,
  };
}

async function find(place: Place, id: string): Promise<AssociationDescription | undefined> {
  const ssm = await place.client(ssmClient);
  return (await unless(ssm.describeAssociation({ AssociationId: id }), gone))?.AssociationDescription;
}

async function succeeded(place: Place, id: string, seconds: number): Promise<void> {
  await during(`waiting for SSM Association (${id}) create`, () =>
    waitFor({ within: seconds * 1000, signal: place.cancelled }, async () => {
      const status = (await find(place, id))?.Overview?.Status;
      if (status === "Failed") throw new Error("unexpected state 'Failed', wanted target 'Success'");
      return status === "Success" ? true : undefined;
    }),
  );
}

function locationFrom(location: InstanceAssociationOutputLocation | undefined) {
  const { S3Location: s3 } = location ?? {};
  return (
    s3 && { s3BucketName: s3.OutputS3BucketName ?? "", s3KeyPrefix: s3.OutputS3KeyPrefix, s3Region: s3.OutputS3Region }
  );
}

export const association = resource({
  title: "SSM Association",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs, made) {
    const ssm = await place.client(ssmClient);
    const { AssociationDescription: created } = await ssm.createAssociation({
      Name: inputs.name,
      ...settingsOf(inputs),
      Tags: asPairs(inputs.tagsAll),
    });
    const id = created?.AssociationId ?? "";
    made(id);
    const { waitForSuccessTimeoutSeconds: seconds } = inputs;
    if (seconds) await succeeded(place, id, seconds);
    return id;
  },
  async read(place, id) {
    const found = await find(place, id);
    if (!found) return undefined;
    const parameters = Object.entries(found.Parameters ?? {});
    return {
      name: found.Name,
      applyOnlyAtCronInterval: found.ApplyOnlyAtCronInterval ?? false,
      associationName: found.AssociationName,
      automationTargetParameterName: found.AutomationTargetParameterName,
      calendarNames: found.CalendarNames,
      complianceSeverity: found.ComplianceSeverity,
      documentVersion: found.DocumentVersion,
      maxConcurrency: found.MaxConcurrency,
      maxErrors: found.MaxErrors,
      outputLocation: locationFrom(found.OutputLocation),
      parameters: Object.fromEntries(parameters.map(([name, values]) => [name, values.join(",")])),
      scheduleExpression: found.ScheduleExpression,
      syncCompliance: found.SyncCompliance,
      targets: targetsFrom(found.Targets),
      tagsAll: await tagsOf(place, "Association", id),
      arn: place.arn("ssm", `association/${id}`),
      associationId: id,
    };
  },
  async update(place, id, inputs, changed, prior) {
    const ssm = await place.client(ssmClient);
    if (changedMoreThanTags(changed)) await ssm.updateAssociation({ AssociationId: id, ...settingsOf(inputs) });
    await setTags(place, "Association", id, prior.tagsAll, inputs.tagsAll);
  },
  async delete(place, id) {
    const ssm = await place.client(ssmClient);
    await unless(ssm.deleteAssociation({ AssociationId: id }), gone);
  },
});
