import type { Criterion } from "@aws-sdk/client-accessanalyzer";
import { unless } from "../../provider/errors.ts";
import { block, type InputsOf, list, set, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { accessAnalyzerClient } from "./client.ts";

const properties = {
  analyzerName: string({ required: true, replaces: true }),
  ruleName: string({ required: true, replaces: true }),
  filters: set(
    block({
      criteria: string({ required: true }),
      contains: list(string(), { computed: true }),
      eqs: list(string(), { computed: true }),
      // "true" or "false": the provider tells apart a criterion that is not given.
      exists: string({ computed: true }),
      neqs: list(string(), { computed: true }),
    }),
    { required: true },
  ),
};
type Filters = InputsOf<typeof properties>["filters"];

function toAws(filters: Filters): Record<string, Criterion> {
  return Object.fromEntries(
    filters.map(({ criteria, contains, eqs, exists, neqs }) => [
      criteria,
      {
        ...(contains?.length ? { contains: [...contains] } : {}),
        ...(eqs?.length ? { eq: [...eqs] } : {}),
        ...(neqs?.length ? { neq: [...neqs] } : {}),
        ...(exists ? { exists: exists === "true" } : {}),
      },
    ]),
  );
}

function fromAws(filter: Record<string, Criterion>): Filters {
  return Object.entries(filter).map(([criteria, { contains, eq, exists, neq }]) => ({
    criteria,
    ...(contains ? { contains } : {}),
    ...(eq ? { eqs: eq } : {}),
    ...(neq ? { neqs: neq } : {}),
    ...(exists === undefined ? {} : { exists: String(exists) }),
  }));
}

const parts = (id: string) => {
  const [analyzerName = "", ruleName = ""] = id.split("/");
  return { analyzerName, ruleName };
};

export const archiveRule = resource({
  title: "IAM Access Analyzer Archive Rule",
  properties,
  label: ({ analyzerName, ruleName }) => `${analyzerName}/${ruleName}`,
  async create(place, { analyzerName, ruleName, filters }) {
    const accessAnalyzer = await place.client(accessAnalyzerClient);
    await accessAnalyzer.createArchiveRule({ analyzerName, ruleName, filter: toAws(filters) });
    return `${analyzerName}/${ruleName}`;
  },
  async read(place, id) {
    const accessAnalyzer = await place.client(accessAnalyzerClient);
    const found = await unless(accessAnalyzer.getArchiveRule(parts(id)), "ResourceNotFoundException");
    return found && { ...parts(id), filters: fromAws(found.archiveRule?.filter ?? {}) };
  },
  async update(place, id, { filters }) {
    const accessAnalyzer = await place.client(accessAnalyzerClient);
    await accessAnalyzer.updateArchiveRule({ ...parts(id), filter: toAws(filters) });
  },
  async delete(place, id) {
    const accessAnalyzer = await place.client(accessAnalyzerClient);
    await unless(accessAnalyzer.deleteArchiveRule(parts(id)), "ResourceNotFoundException");
  },
});
