import type {
  ListDocumentsRequest,
  ListDocumentsResult,
  ListDocumentVersionsRequest,
  ListDocumentVersionsResult,
} from "@aws-sdk/client-ssm";
import { AwsError, type Call, type Operation } from "../../../gateway/emulator.ts";
import { listed, type Ssm, type SsmDocument, type Where } from "../state.ts";
import { awsDocuments } from "./aws-documents.ts";
import { documentOf, versionOf } from "./find.ts";
import { identifier, versionInfo } from "./shapes.ts";

/** Keeps the documents of which `test` is true; what it takes is as the request's filter spells it. */
type Filter = (document: SsmDocument, values: readonly string[], where: Where) => boolean;

const startsWithAny = (text: string, values: readonly string[]) => values.some((value) => text.startsWith(value));

/** Filters by key (API reference, "DocumentKeyValuesFilter"). */
const FILTERS: Readonly<Record<string, Filter>> = {
  DocumentType: ({ type }, values) => values.includes(type),
  Name: ({ name }, values) => startsWithAny(name, values),
  Owner: (document, values, where) => values.some((value) => isOwnedBy(value, document, where)),
  PlatformTypes: (document, values) =>
    versionOf(document, undefined).content.platformTypes.some((each) => values.includes(each)),
  SearchKeyword: ({ name }, values) => values.some((value) => name.toLowerCase().includes(value.toLowerCase())),
  TargetType: (document, values) => values.includes(versionOf(document, undefined).targetType ?? ""),
};

function isOwnedBy(value: string, { owner, sharedWith }: SsmDocument, { accountId }: Where): boolean {
  switch (value) {
    case "Self":
      return owner === accountId;
    case "Amazon":
      return owner === "Amazon";
    case "Private":
      return owner !== accountId && sharedWith.has(accountId);
    case "Public":
      return sharedWith.has("all");
    default:
      return false;
  }
}

function filterOf(key: string): Filter {
  const tag = /^tag:(.+)$/.exec(key)?.[1];
  if (tag !== undefined) return ({ tags }, values) => tags.has(tag) && values.includes(tags.get(tag) ?? "");
  const found = FILTERS[key];
  if (found === undefined) throw new AwsError("InvalidFilterKey", `The filter key ${key} is not valid.`);
  return found;
}

/** What an account sees of documents, all at once. */
export function documentListings(ssm: Ssm): Record<string, Operation> {
  function visibleTo({ accountId, region }: Where): SsmDocument[] {
    const foreign = [...ssm.places.entries()].flatMap(({ accountId: owner, region: where, state }) =>
      owner === accountId || where !== region
        ? []
        : [...state.documents.values()].filter(({ sharedWith }) => sharedWith.has(accountId) || sharedWith.has("all")),
    );
    const own = ssm.places.of(accountId, region).documents.values();
    return [...own, ...awsDocuments(ssm, region).values(), ...foreign];
  }

  return {
    ListDocuments: (call: Call<ListDocumentsRequest>): ListDocumentsResult => {
      const { Filters = [], DocumentFilterList = [] } = call.input;
      const filters = [
        ...Filters.map(({ Key = "", Values = [] }) => ({ key: Key, values: Values })),
        ...DocumentFilterList.map(({ key = "", value = "" }) => ({ key: String(key), values: [value] })),
      ];
      const isWanted = (document: SsmDocument) =>
        filters.every(({ key, values }) => filterOf(key)(document, values, call));
      // What others share is listed only where it is asked for.
      const asked = filters.some(({ key }) => key === "Owner");
      const mine = ({ owner }: SsmDocument) => asked || owner === call.accountId || owner === "Amazon";
      const { items, next } = listed(
        visibleTo(call).filter((each) => mine(each) && isWanted(each)),
        call.input,
      );
      return {
        DocumentIdentifiers: items.map((document) => identifier(document, versionOf(document, undefined), call)),
        ...next,
      };
    },

    ListDocumentVersions: (call: Call<ListDocumentVersionsRequest>): ListDocumentVersionsResult => {
      const document = documentOf(ssm, call, call.input.Name ?? "");
      const { items, next } = listed([...document.versions].reverse(), call.input);
      return { DocumentVersions: items.map((version) => versionInfo(ssm, document, version)), ...next };
    },
  };
}
