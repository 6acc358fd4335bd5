import type {
  CreateDocumentRequest,
  CreateDocumentResult,
  DeleteDocumentRequest,
  DescribeDocumentRequest,
  DescribeDocumentResult,
  GetDocumentRequest,
  GetDocumentResult,
  UpdateDocumentDefaultVersionRequest,
  UpdateDocumentDefaultVersionResult,
  UpdateDocumentRequest,
  UpdateDocumentResult,
} from "@aws-sdk/client-ssm";
import { AwsError, type Call, type Operation } from "../../../gateway/emulator.ts";
import {
  arnOf,
  type DocumentType,
  given,
  invalid,
  now,
  type Ssm,
  type SsmDocument,
  tagsOf,
  type Version,
} from "../state.ts";
import { contentIn, readContent } from "./content.ts";
import { documentOf, latestOf, ownDocument, statusOf, versionFor, versionOf } from "./find.ts";
import { description } from "./shapes.ts";

/** Milliseconds that a document is not `Active` yet after a change. */
const SETTLING = 100;

/** Documents of an account in a region, and versions of one (Systems Manager quotas). */
const MOST_DOCUMENTS = 500;
const MOST_VERSIONS = 1000;

const SERVED: readonly string[] = ["Command", "Automation", "Session"] satisfies DocumentType[];

function typeOf(type = "Command"): DocumentType {
  if (SERVED.includes(type)) return type as DocumentType;
  throw new AwsError("NotImplemented", `The sandbox does not serve SSM documents of type ${type}.`, 501);
}

type Given = Pick<
  UpdateDocumentRequest,
  "Content" | "DocumentFormat" | "VersionName" | "TargetType" | "DisplayName" | "Attachments"
>;

function versionFrom(ssm: Ssm, input: Given, type: DocumentType, number: number): Version {
  const { Content = "", DocumentFormat: format = "JSON" } = input;
  if (input.Attachments !== undefined && input.Attachments.length > 0) {
    throw new AwsError("NotImplemented", "The sandbox does not serve attachments of SSM documents.", 501);
  }
  return {
    number,
    name: input.VersionName,
    text: Content,
    format,
    content: readContent(Content, format, type),
    targetType: input.TargetType,
    displayName: input.DisplayName,
    createdAt: now(ssm),
  };
}

/** Documents: made, changed version by version, read and deleted. */
export function documentOperations(ssm: Ssm): Record<string, Operation> {
  const own = ({ input, ...where }: Call<{ Name: string | undefined }>) => ownDocument(ssm, where, input.Name ?? "");
  const settling = (status: "Creating" | "Updating") => ({ status, until: ssm.aws.now() + SETTLING });

  function isAssociated({ accountId, region }: Call<unknown>, { name }: SsmDocument): boolean {
    return [...ssm.places.of(accountId, region).associations.values()].some(
      ({ versions }) => versions.at(-1)?.Name === name,
    );
  }

  return {
    CreateDocument: (call: Call<CreateDocumentRequest>): CreateDocumentResult => {
      const { accountId, region, input } = call;
      const { documents } = ssm.places.of(accountId, region);
      const { Name: name = "" } = input;
      if (/^(aws|amazon|amzn)/i.test(name))
        throw invalid(`Invalid document name ${name}: the prefixes aws, amazon and amzn are reserved`);
      if (documents.has(name))
        throw new AwsError("DocumentAlreadyExists", `Document with same name ${name} already exists`);
      if (documents.size >= MOST_DOCUMENTS) {
        throw new AwsError("DocumentLimitExceeded", `You can have at most ${MOST_DOCUMENTS} documents in a region.`);
      }
      const type = typeOf(input.DocumentType);
      const version = versionFrom(ssm, input, type, 1);
      const document: SsmDocument = {
        name,
        owner: accountId,
        arn: arnOf(ssm, call, `document/${name}`),
        type,
        versions: [version],
        defaultVersion: 1,
        busy: settling("Creating"),
        sharedWith: new Map(),
        tags: tagsOf(input.Tags),
      };
      documents.set(name, document);
      return { DocumentDescription: description(ssm, document, version, call) };
    },

    UpdateDocument: (call: Call<UpdateDocumentRequest>): UpdateDocumentResult => {
      const document = own(call);
      const { input } = call;
      const latest = latestOf(document);
      if (versionOf(document, input.DocumentVersion ?? "$LATEST") !== latest) {
        throw new AwsError("InvalidDocumentVersion", "Only the latest version of a document can be updated.");
      }
      if (latest.content.schemaVersion === "1.2") {
        throw new AwsError("InvalidDocumentSchemaVersion", "Documents of schema version 1.2 can't be updated.");
      }
      if (input.VersionName !== undefined && document.versions.some(({ name }) => name === input.VersionName)) {
        throw new AwsError("DuplicateDocumentVersionName", "The specified version name is a duplicate.");
      }
      if (document.versions.length >= MOST_VERSIONS) {
        throw new AwsError(
          "DocumentVersionLimitExceeded",
          `The document has ${MOST_VERSIONS} versions. Delete one and try again.`,
        );
      }
      const version = versionFrom(ssm, input, document.type, latest.number + 1);
      if (version.text === latest.text && version.targetType === latest.targetType) {
        throw new AwsError(
          "DuplicateDocumentContent",
          "The content of the association document matches another document. Change the content of the document and try again.",
        );
      }
      document.versions.push(version);
      document.busy = settling("Updating");
      return { DocumentDescription: description(ssm, document, version, call) };
    },

    UpdateDocumentDefaultVersion: (
      call: Call<UpdateDocumentDefaultVersionRequest>,
    ): UpdateDocumentDefaultVersionResult => {
      const document = own(call);
      const version = versionOf(document, call.input.DocumentVersion);
      document.defaultVersion = version.number;
      const { name: Name } = document;
      return { Description: given({ Name, DefaultVersion: String(version.number), DefaultVersionName: version.name }) };
    },

    DescribeDocument: (call: Call<DescribeDocumentRequest>): DescribeDocumentResult => {
      const { Name = "", DocumentVersion, VersionName } = call.input;
      const document = documentOf(ssm, call, Name);
      return { Document: description(ssm, document, versionFor(document, call, DocumentVersion, VersionName), call) };
    },

    GetDocument: (call: Call<GetDocumentRequest>): GetDocumentResult => {
      const { Name = "", DocumentVersion, VersionName, DocumentFormat = "JSON" } = call.input;
      const document = documentOf(ssm, call, Name);
      const version = versionFor(document, call, DocumentVersion, VersionName);
      return given({
        Name: document.owner === call.accountId ? document.name : Name,
        CreatedDate: version.createdAt,
        DisplayName: version.displayName,
        VersionName: version.name,
        DocumentVersion: String(version.number),
        Status: statusOf(ssm, document),
        Content: contentIn(DocumentFormat, version),
        DocumentType: document.type,
        DocumentFormat,
      });
    },

    DeleteDocument: (call: Call<DeleteDocumentRequest>): object => {
      const document = own(call);
      const { DocumentVersion, VersionName } = call.input;
      if (DocumentVersion === undefined && VersionName === undefined) {
        if (document.sharedWith.size > 0) {
          throw new AwsError("InvalidDocumentOperation", "Must unshare document first before delete");
        }
        if (isAssociated(call, document)) {
          throw new AwsError(
            "AssociatedInstances",
            `You must disassociate the document ${document.name} before you can delete it.`,
          );
        }
        ssm.places.of(call.accountId, call.region).documents.delete(document.name);
        return {};
      }
      const version = versionOf(document, DocumentVersion, VersionName);
      if (version.number === document.defaultVersion) {
        throw new AwsError("InvalidDocumentOperation", "Default version of the document can't be deleted.");
      }
      document.versions.splice(document.versions.indexOf(version), 1);
      return {};
    },
  };
}
