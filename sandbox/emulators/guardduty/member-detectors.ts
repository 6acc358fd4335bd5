import type {
  GetMemberDetectorsRequest,
  GetMemberDetectorsResponse,
  MemberDataSourceConfiguration,
  UpdateMemberDetectorsRequest,
  UpdateMemberDetectorsResponse,
} from "@aws-sdk/client-guardduty";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { checkPlans, configure, describeDataSources, describeFeatures, fromDataSources } from "./features.ts";
import { each, notAssociated } from "./members.ts";
import { invalidInput } from "./rejections.ts";
import { type Detector, type GuardDuty, isAssociated, now, ownPlace, type Place } from "./state.ts";

/** Protection plans of member accounts, which only their administrator sets. */
export function memberDetectorOperations(guardDuty: GuardDuty): Record<string, Operation> {
  function detectorOf(place: Place, accountId: string, region: string): Detector | undefined {
    const member = place.members.get(accountId);
    return member !== undefined && isAssociated(member) ? guardDuty.places.of(accountId, region).detector : undefined;
  }

  return {
    UpdateMemberDetectors: (call: Call<UpdateMemberDetectorsRequest>): Promise<UpdateMemberDetectorsResponse> => {
      const place = ownPlace(guardDuty, call);
      const { AccountIds, DataSources, Features } = call.input;
      if (DataSources !== undefined && Features !== undefined) throw invalidInput();
      const wanted = Features ?? fromDataSources(DataSources);
      checkPlans(wanted);
      return each(AccountIds, (accountId) => {
        const detector = detectorOf(place, accountId, call.region);
        if (detector === undefined) return notAssociated;
        configure(detector.features, wanted, now(guardDuty));
        detector.updatedAt = now(guardDuty);
        return undefined;
      });
    },

    GetMemberDetectors: async (call: Call<GetMemberDetectorsRequest>): Promise<GetMemberDetectorsResponse> => {
      const place = ownPlace(guardDuty, call);
      const MemberDataSourceConfigurations: MemberDataSourceConfiguration[] = [];
      const unprocessed = await each(call.input.AccountIds, (accountId) => {
        const detector = detectorOf(place, accountId, call.region);
        if (detector === undefined) return notAssociated;
        MemberDataSourceConfigurations.push({
          AccountId: accountId,
          DataSources: describeDataSources(detector.features, detector.enabled),
          // An organization's features are the optional plans; the foundational sources and the analyst are not among them.
          Features: describeFeatures(detector.features, detector.enabled, detector.createdAt)
            .slice(3)
            .filter((feature) => feature.Name !== "AI_ANALYST") as NonNullable<
            MemberDataSourceConfiguration["Features"]
          >,
        });
        return undefined;
      });
      return { MemberDataSourceConfigurations, ...unprocessed };
    },
  };
}
