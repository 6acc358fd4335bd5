import type { DocumentDescription, DocumentFormat, DocumentType } from "@aws-sdk/client-ssm";
import { during, isAwsError, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, type InputsOf, list, map, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, fromPairs, tagFields } from "../../provider/tags.ts";
import { waitFor } from "../../provider/waiting.ts";
import { setTags, ssmClient, timeOf } from "./client.ts";
import { accountsOf, checkPermissions, permissionsOf, share } from "./document-sharing.ts";

const properties = {
  name: string({ replaces: true, naming: { length: 255 } }),
  attachmentsSources: list(
    block({ key: string({ required: true }), name: string(), values: list(string(), { required: true }) }),
    { unread: true },
  ),
  content: string({ required: true }),
  documentFormat: string({ default: "JSON" }),
  documentType: string({ required: true }),
  /** Its keys are those of Terraform: `type` and `account_ids`. */
  permissions: map(),
  targetType: string(),
  versionName: string(),
  ...tagFields,
  arn: output(string()),
  createdDate: output(string()),
  defaultVersion: output(string()),
  description: output(string()),
  documentVersion: output(string()),
  hash: output(string()),
  hashType: output(string()),
  latestVersion: output(string()),
  owner: output(string()),
  parameters: output(list(block({ defaultValue: string(), description: string(), name: string(), type: string() }))),
  platformTypes: output(list(string())),
  schemaVersion: output(string()),
  status: output(string()),
};

type Inputs = InputsOf<typeof properties>;

const noDocument = "InvalidDocument";

function contentOf(inputs: Inputs) {
  return {
    Content: inputs.content,
    DocumentFormat: inputs.documentFormat as DocumentFormat,
    TargetType: inputs.targetType || undefined,
    VersionName: inputs.versionName || undefined,
    Attachments: inputs.attachmentsSources?.map(({ key, name, values }) => ({
      Key: key as "SourceUrl",
      Name: name,
      Values: [...values],
    })),
  };
}

async function describe(place: Place, name: string): Promise<DocumentDescription | undefined> {
  const ssm = await place.client(ssmClient);
  return (await unless(ssm.describeDocument({ Name: name }), noDocument))?.Document;
}

/** Waits, up to the provider's two minutes. */
async function active(place: Place, name: string): Promise<void> {
  await during(`waiting for SSM Document (${name}) to be Active`, () =>
    waitFor({ within: 120_000, every: 50, signal: place.cancelled }, async () => {
      const found = await describe(place, name);
      if (found?.Status === "Failed") throw new Error(`unexpected state 'Failed': ${found.StatusInformation ?? ""}`);
      return found?.Status === "Active" ? true : undefined;
    }),
  );
}

/** A new version, which becomes the default one. Content that is there already only has to become the default. */
async function newVersion(place: Place, name: string, inputs: Inputs): Promise<void> {
  const ssm = await place.client(ssmClient);
  const version = await during(`updating SSM Document (${name})`, async () => {
    try {
      const { DocumentDescription: made } = await ssm.updateDocument({
        Name: name,
        DocumentVersion: "$LATEST",
        ...contentOf(inputs),
      });
      return made?.DocumentVersion;
    } catch (error) {
      if (!isAwsError(error, "DuplicateDocumentContent")) throw error;
      return (await describe(place, name))?.LatestVersion;
    }
  });
  await during(`updating SSM Document (${name}) default version`, () =>
    ssm.updateDocumentDefaultVersion({ Name: name, DocumentVersion: version }),
  );
}

export const document = resource({
  title: "SSM Document",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs, made) {
    checkPermissions(inputs.permissions);
    const ssm = await place.client(ssmClient);
    const name = inputs.name ?? "";
    await ssm.createDocument({
      Name: name,
      DocumentType: inputs.documentType as DocumentType,
      Tags: asPairs(inputs.tagsAll),
      ...contentOf(inputs),
    });
    made(name);
    await share(place, name, [], accountsOf(inputs.permissions));
    await active(place, name);
    return name;
  },
  async read(place, id, prior) {
    const ssm = await place.client(ssmClient);
    const found = await describe(place, id);
    if (!found) return undefined;
    const latest = await ssm.getDocument({
      Name: id,
      DocumentVersion: "$LATEST",
      DocumentFormat: found.DocumentFormat,
    });
    return {
      name: found.Name,
      content: latest.Content,
      documentFormat: found.DocumentFormat,
      documentType: found.DocumentType,
      permissions: await permissionsOf(place, id, prior.permissions),
      targetType: found.TargetType,
      versionName: found.VersionName,
      tagsAll: fromPairs(found.Tags),
      arn: place.arn("ssm", `document/${found.Name}`),
      createdDate: timeOf(found.CreatedDate),
      defaultVersion: found.DefaultVersion,
      description: found.Description,
      documentVersion: found.DocumentVersion,
      hash: found.Hash,
      hashType: found.HashType,
      latestVersion: found.LatestVersion,
      owner: found.Owner,
      parameters: found.Parameters?.map((each) => ({
        defaultValue: each.DefaultValue,
        description: each.Description,
        name: each.Name,
        type: each.Type,
      })),
      platformTypes: found.PlatformTypes,
      schemaVersion: found.SchemaVersion,
      status: found.Status,
    };
  },
  async update(place, id, inputs, changed, prior) {
    checkPermissions(inputs.permissions);
    if (changed.has("permissions")) {
      await share(place, id, accountsOf(prior.permissions), accountsOf(inputs.permissions));
    }
    if ([...changed].some((name) => !/^(tags|permissions)/.test(name))) {
      await newVersion(place, id, inputs);
      await active(place, id);
    }
    await setTags(place, "Document", id, prior.tagsAll, inputs.tagsAll);
  },
  async delete(place, id, state) {
    const ssm = await place.client(ssmClient);
    await share(place, id, accountsOf(state.permissions), []);
    await unless(ssm.deleteDocument({ Name: id }), noDocument);
    await during(`waiting for SSM Document (${id}) to be Deleted`, () =>
      waitFor({ within: 120_000, signal: place.cancelled }, async () =>
        (await describe(place, id)) ? undefined : true,
      ),
    );
  },
});
