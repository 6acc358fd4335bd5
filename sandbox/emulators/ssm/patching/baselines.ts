import type {
  CreatePatchBaselineRequest,
  CreatePatchBaselineResult,
  DeletePatchBaselineRequest,
  DeletePatchBaselineResult,
  DescribePatchBaselinesRequest,
  DescribePatchBaselinesResult,
  GetPatchBaselineRequest,
  GetPatchBaselineResult,
  PatchBaselineIdentity,
  UpdatePatchBaselineRequest,
  UpdatePatchBaselineResult,
} from "@aws-sdk/client-ssm";
import { AwsError, type Call, type Operation } from "../../../gateway/emulator.ts";
import { given, invalid, listed, now, type PatchBaseline, type Ssm, tagsOf, type Where } from "../state.ts";
import { awsBaselines } from "./aws-baselines.ts";
import { checkBaseline } from "./baseline-rules.ts";
import { defaultBaselineId } from "./default-baselines.ts";
import { baselineIdOf, groupsOf, noBaseline, ownBaseline } from "./find.ts";

/** Baselines of an account in a region (Systems Manager quotas). */
const MOST_BASELINES = 50;

type Wanted = Omit<CreatePatchBaselineRequest, "ClientToken" | "Tags" | "OperatingSystem">;

/** A baseline's members with AWS's values for those that are not given. */
function settings(wanted: Wanted): Omit<PatchBaseline["settings"], "CreatedDate" | "ModifiedDate"> {
  const rules = wanted.ApprovalRules?.PatchRules ?? [];
  return given({
    Name: wanted.Name,
    Description: wanted.Description || undefined,
    GlobalFilters: wanted.GlobalFilters ?? { PatchFilters: [] },
    ApprovalRules: {
      PatchRules: rules.map((rule) => ({
        ...rule,
        ComplianceLevel: rule.ComplianceLevel ?? "UNSPECIFIED",
        EnableNonSecurity: rule.EnableNonSecurity ?? false,
      })),
    },
    ApprovedPatches: wanted.ApprovedPatches ?? [],
    ApprovedPatchesComplianceLevel: wanted.ApprovedPatchesComplianceLevel ?? "UNSPECIFIED",
    ApprovedPatchesEnableNonSecurity: wanted.ApprovedPatchesEnableNonSecurity ?? false,
    RejectedPatches: wanted.RejectedPatches ?? [],
    RejectedPatchesAction: wanted.RejectedPatchesAction ?? "ALLOW_AS_DEPENDENCY",
    Sources: wanted.Sources ?? [],
    AvailableSecurityUpdatesComplianceStatus: wanted.AvailableSecurityUpdatesComplianceStatus,
  });
}

/** Patch baselines of an account; AWS's own can be listed and be the default, and have no content here. */
export function baselineOperations(ssm: Ssm): Record<string, Operation> {
  const described = ({ id, operatingSystem, settings: told }: PatchBaseline) => ({
    BaselineId: id,
    OperatingSystem: operatingSystem,
    ...told,
  });

  function identities(where: Where): (PatchBaselineIdentity & { readonly owner: "AWS" | "Self" })[] {
    const own = [...ssm.places.of(where.accountId, where.region).baselines.values()];
    const rows = [
      ...own.map((each) => ({
        owner: "Self" as const,
        id: each.id,
        name: each.settings.Name,
        os: each.operatingSystem,
        description: each.settings.Description,
      })),
      ...awsBaselines(ssm, where.region).map((each) => ({
        owner: "AWS" as const,
        id: each.id,
        name: each.name,
        os: each.operatingSystem,
        description: `Default patch baseline for ${each.operatingSystem} provided by AWS.`,
      })),
    ];
    return rows.map(({ owner, id, name, os, description }) => ({
      owner,
      ...given({
        BaselineId: id,
        BaselineName: name,
        OperatingSystem: os,
        BaselineDescription: description,
        DefaultBaseline: defaultBaselineId(ssm, where, os) === id,
      }),
    }));
  }

  return {
    CreatePatchBaseline: (call: Call<CreatePatchBaselineRequest>): CreatePatchBaselineResult => {
      const { OperatingSystem = "WINDOWS", ClientToken, Tags, ...wanted } = call.input;
      const { baselines } = ssm.places.of(call.accountId, call.region);
      const again = [...baselines.values()].find(
        ({ clientToken }) => clientToken !== undefined && clientToken === ClientToken,
      );
      if (again !== undefined) return { BaselineId: again.id };
      checkBaseline(OperatingSystem, wanted);
      if (baselines.size >= MOST_BASELINES) {
        throw new AwsError("ResourceLimitExceededException", `You can have at most ${MOST_BASELINES} patch baselines.`);
      }
      const id = `pb-0${ssm.aws.hex(16)}`;
      baselines.set(id, {
        id,
        operatingSystem: OperatingSystem,
        settings: { ...settings(wanted), CreatedDate: now(ssm), ModifiedDate: now(ssm) },
        clientToken: ClientToken,
        tags: tagsOf(Tags),
      });
      return { BaselineId: id };
    },

    UpdatePatchBaseline: (call: Call<UpdatePatchBaselineRequest>): UpdatePatchBaselineResult => {
      const { BaselineId = "", Replace = false, ...wanted } = call.input;
      const baseline = ownBaseline(ssm, call, BaselineId);
      const { CreatedDate, ModifiedDate, ...before } = baseline.settings;
      if (Replace && wanted.Name === undefined) throw invalid("Name is required with Replace.");
      const merged = Replace ? wanted : { ...before, ...wanted };
      checkBaseline(baseline.operatingSystem, merged as Wanted);
      baseline.settings = { ...settings(merged as Wanted), CreatedDate, ModifiedDate: now(ssm) };
      return described(baseline);
    },

    GetPatchBaseline: (call: Call<GetPatchBaselineRequest>): GetPatchBaselineResult => {
      const id = baselineIdOf(call.input.BaselineId);
      const place = ssm.places.of(call.accountId, call.region);
      const own = place.baselines.get(id);
      if (own !== undefined) return { ...described(own), PatchGroups: groupsOf(place, id) };
      const found = awsBaselines(ssm, call.region).find((each) => each.id === id || each.id.endsWith(`/${id}`));
      if (found === undefined) throw noBaseline(id);
      return {
        BaselineId: found.id,
        Name: found.name,
        OperatingSystem: found.operatingSystem,
        PatchGroups: groupsOf(place, found.id),
      };
    },

    // That it is not there is a success.
    DeletePatchBaseline: (call: Call<DeletePatchBaselineRequest>): DeletePatchBaselineResult => {
      const id = baselineIdOf(call.input.BaselineId);
      const place = ssm.places.of(call.accountId, call.region);
      const [group] = groupsOf(place, id);
      if (group !== undefined) {
        throw new AwsError("ResourceInUseException", `PatchBaseline to be deleted is used for Patch Group: ${group}`);
      }
      if ([...place.defaultBaselines.values()].includes(id)) {
        throw new AwsError("ResourceInUseException", "PatchBaseline to be deleted is the default patch baseline");
      }
      place.baselines.delete(id);
      return { BaselineId: id };
    },

    DescribePatchBaselines: (call: Call<DescribePatchBaselinesRequest>): DescribePatchBaselinesResult => {
      const { Filters = [] } = call.input;
      const wanted = identities(call).filter((each) =>
        Filters.every(({ Key, Values = [] }) => {
          if (Key === "OWNER") return Values.includes(each.owner);
          if (Key === "OPERATING_SYSTEM") return Values.includes(String(each.OperatingSystem));
          if (Key === "NAME_PREFIX") return Values.some((value) => each.BaselineName?.startsWith(value));
          throw invalid(`The filter key ${Key} is not valid: use NAME_PREFIX, OWNER or OPERATING_SYSTEM.`);
        }),
      );
      const { items, next } = listed(wanted, call.input, { defaultLimit: 100, code: "ValidationException" });
      return { BaselineIdentities: items.map(({ owner: _owner, ...identity }) => identity), ...next };
    },
  };
}
