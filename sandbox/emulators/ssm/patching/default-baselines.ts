import type {
  DeregisterPatchBaselineForPatchGroupRequest,
  DescribePatchGroupsRequest,
  DescribePatchGroupsResult,
  GetDefaultPatchBaselineRequest,
  GetPatchBaselineForPatchGroupRequest,
  OperatingSystem,
  RegisterDefaultPatchBaselineRequest,
  RegisterPatchBaselineForPatchGroupRequest,
} from "@aws-sdk/client-ssm";
import { AwsError, type Call, type Operation } from "../../../gateway/emulator.ts";
import { given, invalid, listed, type Ssm, type Where } from "../state.ts";
import { awsBaselines } from "./aws-baselines.ts";
import { anyBaseline, baselineIdOf } from "./find.ts";

/** The baseline that is the default for an operating system: AWS's, until another is registered. */
export function defaultBaselineId(ssm: Ssm, { accountId, region }: Where, operatingSystem: OperatingSystem): string {
  const own = ssm.places.of(accountId, region).defaultBaselines.get(operatingSystem);
  const ofAws = awsBaselines(ssm, region).find((each) => each.operatingSystem === operatingSystem);
  return own ?? ofAws?.id ?? "";
}

/** Which baseline patches what: the default of an operating system, and that of a patch group. */
export function registrationOperations(ssm: Ssm): Record<string, Operation> {
  const placeOf = ({ accountId, region }: Where) => ssm.places.of(accountId, region);

  return {
    RegisterDefaultPatchBaseline: (call: Call<RegisterDefaultPatchBaselineRequest>): object => {
      const { id, operatingSystem } = anyBaseline(ssm, call, call.input.BaselineId);
      const { defaultBaselines } = placeOf(call);
      if (id.startsWith("arn:")) defaultBaselines.delete(operatingSystem);
      else defaultBaselines.set(operatingSystem, id);
      return { BaselineId: id };
    },

    GetDefaultPatchBaseline: (call: Call<GetDefaultPatchBaselineRequest>): object => {
      const { OperatingSystem = "WINDOWS" } = call.input;
      return { BaselineId: defaultBaselineId(ssm, call, OperatingSystem), OperatingSystem };
    },

    RegisterPatchBaselineForPatchGroup: (call: Call<RegisterPatchBaselineForPatchGroupRequest>): object => {
      const { PatchGroup = "" } = call.input;
      const { id, operatingSystem } = anyBaseline(ssm, call, call.input.BaselineId);
      const { patchGroups } = placeOf(call);
      const baselines = patchGroups.get(PatchGroup) ?? new Map<OperatingSystem, string>();
      // Only a different baseline is refused (API reference, "AlreadyExistsException").
      if (baselines.has(operatingSystem) && baselines.get(operatingSystem) !== id) {
        throw new AwsError(
          "AlreadyExistsException",
          `Patch Group baseline already has a baseline registered for OperatingSystem ${operatingSystem}.`,
        );
      }
      patchGroups.set(PatchGroup, baselines.set(operatingSystem, id));
      return { BaselineId: id, PatchGroup };
    },

    DeregisterPatchBaselineForPatchGroup: (call: Call<DeregisterPatchBaselineForPatchGroupRequest>): object => {
      const { PatchGroup = "" } = call.input;
      const id = baselineIdOf(call.input.BaselineId);
      const { patchGroups } = placeOf(call);
      const baselines = patchGroups.get(PatchGroup);
      const [operatingSystem] = [...(baselines ?? [])].find(([, each]) => each === id) ?? [];
      if (baselines === undefined || operatingSystem === undefined) {
        throw new AwsError("DoesNotExistException", "Patch Baseline to be retrieved does not exist.");
      }
      baselines.delete(operatingSystem);
      if (baselines.size === 0) patchGroups.delete(PatchGroup);
      return { BaselineId: id, PatchGroup };
    },

    GetPatchBaselineForPatchGroup: (call: Call<GetPatchBaselineForPatchGroupRequest>): object => {
      const { PatchGroup = "", OperatingSystem = "WINDOWS" } = call.input;
      const registered = placeOf(call).patchGroups.get(PatchGroup)?.get(OperatingSystem);
      return { BaselineId: registered ?? defaultBaselineId(ssm, call, OperatingSystem), PatchGroup, OperatingSystem };
    },

    DescribePatchGroups: (call: Call<DescribePatchGroupsRequest>): DescribePatchGroupsResult => {
      const { Filters = [] } = call.input;
      const place = placeOf(call);
      const mappings = [...place.patchGroups].flatMap(([PatchGroup, baselines]) =>
        [...baselines].map(([os, id]) => {
          const ofAws = awsBaselines(ssm, call.region).find((each) => each.id === id);
          const BaselineIdentity = given({
            BaselineId: id,
            BaselineName: place.baselines.get(id)?.settings.Name ?? ofAws?.name,
            OperatingSystem: os,
            BaselineDescription: place.baselines.get(id)?.settings.Description,
            DefaultBaseline: defaultBaselineId(ssm, call, os) === id,
          });
          return { PatchGroup, BaselineIdentity };
        }),
      );
      const wanted = mappings.filter(({ PatchGroup, BaselineIdentity }) =>
        Filters.every(({ Key, Values = [] }) => {
          if (Key === "NAME_PREFIX") return Values.some((value) => PatchGroup.startsWith(value));
          if (Key === "OPERATING_SYSTEM") return Values.includes(BaselineIdentity.OperatingSystem);
          throw invalid(`The filter key ${Key} is not valid: use NAME_PREFIX or OPERATING_SYSTEM.`);
        }),
      );
      const { items, next } = listed(wanted, call.input, { defaultLimit: 100, code: "ValidationException" });
      return { Mappings: items, ...next };
    },
  };
}
