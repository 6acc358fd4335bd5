import type {
  OperatingSystem,
  PatchAction,
  PatchComplianceLevel,
  PatchComplianceStatus,
  PatchFilter,
  PatchFilterKey,
  PatchRule,
} from "@aws-sdk/client-ssm";
import { isAwsError, unless } from "../../provider/errors.ts";
import { block, boolean, type InputsOf, list, number, output, set, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, tagFields } from "../../provider/tags.ts";
import { changedMoreThanTags, setTags, ssmClient, tagsOf } from "./client.ts";
import { restoreDefault } from "./default-patch-baseline.ts";

const filter = block({ key: string({ required: true }), values: list(string(), { required: true }) });

const properties = {
  name: string({ naming: { length: 255 } }),
  approvalRules: list(
    block({
      approveAfterDays: number(),
      approveUntilDate: string(),
      complianceLevel: string({ default: "UNSPECIFIED" }),
      enableNonSecurity: boolean({ default: false }),
      patchFilters: list(filter, { required: true }),
    }),
  ),
  approvedPatches: set(string()),
  approvedPatchesComplianceLevel: string({ default: "UNSPECIFIED" }),
  approvedPatchesEnableNonSecurity: boolean(),
  availableSecurityUpdatesComplianceStatus: string({ computed: true }),
  description: string(),
  globalFilters: list(filter),
  operatingSystem: string({ default: "WINDOWS", replaces: true }),
  rejectedPatches: set(string()),
  rejectedPatchesAction: string({ computed: true }),
  sources: list(
    block({
      configuration: string({ required: true }),
      name: string({ required: true }),
      products: list(string(), { required: true }),
    }),
  ),
  ...tagFields,
  arn: output(string()),
  json: output(string()),
};

type Inputs = InputsOf<typeof properties>;
type Filters = NonNullable<Inputs["globalFilters"]>;

const gone = "DoesNotExistException";

function filtersTo(filters: Filters = []): PatchFilter[] {
  return filters.map(({ key, values }) => ({ Key: key as PatchFilterKey, Values: [...values] }));
}

function filtersFrom(filters: readonly PatchFilter[] = []): Filters {
  return filters.map(({ Key = "", Values = [] }) => ({ key: Key, values: Values }));
}

function rulesTo(rules: Inputs["approvalRules"] = []): PatchRule[] {
  return rules.map((rule) => ({
    PatchFilterGroup: { PatchFilters: filtersTo(rule.patchFilters) },
    ComplianceLevel: rule.complianceLevel as PatchComplianceLevel,
    EnableNonSecurity: rule.enableNonSecurity,
    // AWS takes one of the two; days of zero are as good as none said, and approve at once.
    ...(rule.approveUntilDate
      ? { ApproveUntilDate: rule.approveUntilDate }
      : { ApproveAfterDays: rule.approveAfterDays ?? 0 }),
  }));
}

function rulesFrom(rules: readonly PatchRule[] = []): NonNullable<Inputs["approvalRules"]> {
  return rules.map((rule) => ({
    approveAfterDays: rule.ApproveAfterDays,
    approveUntilDate: rule.ApproveUntilDate,
    complianceLevel: rule.ComplianceLevel ?? "UNSPECIFIED",
    enableNonSecurity: rule.EnableNonSecurity ?? false,
    patchFilters: filtersFrom(rule.PatchFilterGroup?.PatchFilters),
  }));
}

function settingsOf(inputs: Inputs) {
  return {
    Name: inputs.name,
    Description: inputs.description || undefined,
    ApprovalRules: { PatchRules: rulesTo(inputs.approvalRules) },
    ApprovedPatches: [...(inputs.approvedPatches ?? [])],
    ApprovedPatchesComplianceLevel: inputs.approvedPatchesComplianceLevel as PatchComplianceLevel,
    ApprovedPatchesEnableNonSecurity: inputs.approvedPatchesEnableNonSecurity,
    AvailableSecurityUpdatesComplianceStatus: (inputs.availableSecurityUpdatesComplianceStatus || undefined) as
      | PatchComplianceStatus
      | undefined,
    GlobalFilters: { PatchFilters: filtersTo(inputs.globalFilters) },
    RejectedPatches: [...(inputs.rejectedPatches ?? [])],
    RejectedPatchesAction: (inputs.rejectedPatchesAction || undefined) as PatchAction | undefined,
    Sources: (inputs.sources ?? []).map(({ configuration, name, products }) => ({
      Configuration: configuration,
      Name: name,
      Products: [...products],
    })),
  };
}

export const patchBaseline = resource({
  title: "SSM Patch Baseline",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    const ssm = await place.client(ssmClient);
    const { BaselineId } = await ssm.createPatchBaseline({
      ...settingsOf(inputs),
      OperatingSystem: inputs.operatingSystem as OperatingSystem,
      Tags: asPairs(inputs.tagsAll),
    });
    return BaselineId ?? "";
  },
  async read(place, id) {
    const ssm = await place.client(ssmClient);
    const found = await unless(ssm.getPatchBaseline({ BaselineId: id }), gone);
    if (!found) return undefined;
    const { $metadata, PatchGroups, CreatedDate, ModifiedDate, ...told } = found;
    return {
      name: found.Name,
      approvalRules: rulesFrom(found.ApprovalRules?.PatchRules),
      approvedPatches: found.ApprovedPatches,
      approvedPatchesComplianceLevel: found.ApprovedPatchesComplianceLevel,
      approvedPatchesEnableNonSecurity: found.ApprovedPatchesEnableNonSecurity,
      availableSecurityUpdatesComplianceStatus: found.AvailableSecurityUpdatesComplianceStatus,
      description: found.Description,
      globalFilters: filtersFrom(found.GlobalFilters?.PatchFilters),
      operatingSystem: found.OperatingSystem,
      rejectedPatches: found.RejectedPatches,
      rejectedPatchesAction: found.RejectedPatchesAction,
      sources: found.Sources?.map(({ Configuration = "", Name = "", Products = [] }) => ({
        configuration: Configuration,
        name: Name,
        products: Products,
      })),
      tagsAll: await tagsOf(place, "PatchBaseline", id),
      arn: place.arn("ssm", `patchbaseline/${id}`),
      json: JSON.stringify(told),
    };
  },
  async update(place, id, inputs, changed, prior) {
    const ssm = await place.client(ssmClient);
    if (changedMoreThanTags(changed)) {
      // AWS takes no empty description: only with Replace can one be left out again.
      await ssm.updatePatchBaseline({ BaselineId: id, ...settingsOf(inputs), Replace: true });
    }
    await setTags(place, "PatchBaseline", id, prior.tagsAll, inputs.tagsAll);
  },
  async delete(place, id, state) {
    const ssm = await place.client(ssmClient);
    try {
      await ssm.deletePatchBaseline({ BaselineId: id });
    } catch (error) {
      // The default one stays until AWS's own is the default again; one of a patch group is not let go for the program.
      if (!isAwsError(error, "ResourceInUseException: default") || !state.operatingSystem) throw error;
      await restoreDefault(place, state.operatingSystem);
      await ssm.deletePatchBaseline({ BaselineId: id });
    }
  },
});
