import type {
  CreateThreatEntitySetRequest,
  GetThreatEntitySetResponse,
  ListThreatEntitySetsRequest,
  UpdateThreatEntitySetRequest,
} from "@aws-sdk/client-guardduty";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { listPage } from "./pages.ts";
import { invalidInput, notForMembers, rejected } from "./rejections.ts";
import { administratorOf, type EntitySet, type EntitySetKind, type GuardDuty, now, ownPlace } from "./state.ts";

/**
 * Sets that an account may have in a region. Source: CloudFormation's AWS::GuardDuty::TrustedEntitySet for trusted entities, and for threats the
 * quota of threat IP lists (GuardDuty user guide), which is the only one that is documented.
 */
const QUOTAS: Readonly<Record<EntitySetKind, number>> = { trusted: 1, threat: 6 };

const NAME = /^[A-Za-z0-9_-]+$/;
/** A path-style, a virtual-hosted or an s3 URL of an object. */
const LOCATION = /^(s3:\/\/[^/]+\/.+|https:\/\/[a-z0-9.-]*s3[a-z0-9.-]*\.amazonaws\.com(\.cn)?\/.+)$/;

type Input<Named extends object> = Named & { readonly [name: string]: unknown };

/** Lists of trusted entities and of threats: the same calls under two names. Only an administrator has any. */
export function entitySetOperations(guardDuty: GuardDuty): Record<string, Operation> {
  return { ...operationsOf(guardDuty, "trusted", "Trusted"), ...operationsOf(guardDuty, "threat", "Threat") };
}

function operationsOf(guardDuty: GuardDuty, kind: EntitySetKind, word: string): Record<string, Operation> {
  const idName = `${word}EntitySetId`;

  function setsOf(call: Call<Input<{ DetectorId: string | undefined }>>): Map<string, EntitySet> {
    return ownPlace(guardDuty, call).entitySets[kind];
  }

  function setOf(call: Call<Input<{ DetectorId: string | undefined }>>): EntitySet {
    const set = setsOf(call).get(String(call.input[idName]));
    if (set === undefined) {
      const input = `${idName.charAt(0).toLowerCase()}${idName.slice(1)}`;
      throw rejected(`The request is rejected because the input ${input} is not owned by the current account.`);
    }
    return set;
  }

  function checkNoMember({ accountId, region }: Call<unknown>): void {
    if (administratorOf(guardDuty, accountId, region) !== undefined) throw notForMembers();
  }

  function checkLocation(location: string): void {
    if (!LOCATION.test(location)) throw invalidInput();
  }

  return {
    [`Create${word}EntitySet`]: (call: Call<Input<CreateThreatEntitySetRequest>>): object => {
      checkNoMember(call);
      const sets = setsOf(call);
      const { Name = "", Format = "", Location = "", ExpectedBucketOwner, Activate = false, Tags } = call.input;
      if (!NAME.test(Name)) throw invalidInput();
      checkLocation(Location);
      if (sets.size >= QUOTAS[kind]) {
        throw rejected("The request is rejected because the limit of entity sets for the current account is reached.");
      }
      const at = now(guardDuty);
      const id = guardDuty.aws.hex(32);
      sets.set(id, {
        id,
        name: Name,
        format: Format,
        location: Location,
        // Left out, AWS fills in the caller's account.
        bucketOwner: ExpectedBucketOwner ?? call.accountId,
        active: Activate,
        createdAt: at,
        updatedAt: at,
        tags: new Map(Object.entries(Tags ?? {})),
      });
      return { [idName]: id };
    },

    [`Get${word}EntitySet`]: (
      call: Call<Input<{ DetectorId: string | undefined }>>,
    ): Omit<GetThreatEntitySetResponse, "Format"> & { Format: string } => {
      const set = setOf(call);
      return {
        Name: set.name,
        Format: set.format,
        Location: set.location,
        Status: set.active ? "ACTIVE" : "INACTIVE",
        CreatedAt: set.createdAt,
        UpdatedAt: set.updatedAt,
        ...(set.bucketOwner === undefined ? {} : { ExpectedBucketOwner: set.bucketOwner }),
        ...(set.tags.size === 0 ? {} : { Tags: Object.fromEntries(set.tags) }),
      };
    },

    [`Update${word}EntitySet`]: (call: Call<Input<UpdateThreatEntitySetRequest>>): object => {
      checkNoMember(call);
      const set = setOf(call);
      const { Name, Location, ExpectedBucketOwner, Activate } = call.input;
      if (Name !== undefined && !NAME.test(Name)) throw invalidInput();
      if (Location !== undefined) checkLocation(Location);
      set.name = Name ?? set.name;
      set.location = Location ?? set.location;
      set.bucketOwner = ExpectedBucketOwner ?? set.bucketOwner;
      set.active = Activate ?? set.active;
      set.updatedAt = now(guardDuty);
      return {};
    },

    [`Delete${word}EntitySet`]: (call: Call<Input<{ DetectorId: string | undefined }>>): object => {
      checkNoMember(call);
      setsOf(call).delete(setOf(call).id);
      return {};
    },

    [`List${word}EntitySets`]: (call: Call<Input<ListThreatEntitySetsRequest>>): object => {
      const { items, ...next } = listPage([...setsOf(call).keys()], call.input);
      return { [`${word}EntitySetIds`]: items, ...next };
    },
  };
}
