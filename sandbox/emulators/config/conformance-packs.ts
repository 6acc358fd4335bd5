import type {
  ConformancePackDetail,
  ConformancePackStatusDetail,
  DeleteConformancePackRequest,
  DescribeConformancePackStatusRequest,
  DescribeConformancePackStatusResponse,
  DescribeConformancePacksRequest,
  DescribeConformancePacksResponse,
  PutConformancePackRequest,
  PutConformancePackResponse,
} from "@aws-sdk/client-config-service";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { CONFORMS, deployRules, packRules, removeRules, templateBody } from "./pack-deployment.ts";
import { type Config, invalid, listed, now, type Pack, type Place, tagsOf } from "./state.ts";

/** Conformance packs of an account in a region (Config developer guide, "Service Limits"). */
const MOST_PACKS = 50;

/** Milliseconds in which a pack is CREATE_IN_PROGRESS or DELETE_IN_PROGRESS. */
const DEPLOYING = 500;

function noSuchPack(name: string | undefined): AwsError {
  return new AwsError(
    "NoSuchConformancePackException",
    `Cannot find conformance pack with the specified name '${name}'.`,
  );
}

/** A pack by its name. Throws `NoSuchConformancePackException`. */
export function namedPack(place: Place, name: string | undefined): Pack {
  const pack = place.packs.get(name ?? "");
  if (pack === undefined) throw noSuchPack(name);
  return pack;
}

function checkIdle({ name, state }: Pack): void {
  if (!state.endsWith("_IN_PROGRESS")) return;
  throw new AwsError(
    "ResourceInUseException",
    `The conformance pack ${name} is being created, updated or deleted (${state}). Please retry after some time.`,
  );
}

const details = ({ name, arn, id, settings, requestedAt }: Pack): ConformancePackDetail => ({
  ConformancePackName: name,
  ConformancePackArn: arn,
  ConformancePackId: id,
  ...settings,
  LastUpdateRequestedTime: requestedAt,
});

const status = ({ name, arn, id, stackArn, state, reason, ...at }: Pack): ConformancePackStatusDetail => ({
  ConformancePackName: name,
  ConformancePackArn: arn,
  ConformancePackId: id,
  StackArn: stackArn,
  ConformancePackState: state,
  ...(reason === undefined ? {} : { ConformancePackStatusReason: reason }),
  LastUpdateRequestedTime: at.requestedAt,
  ...(at.completedAt === undefined ? {} : { LastUpdateCompletedTime: at.completedAt }),
});

/** Conformance packs: rules from a template, made, changed and removed together. */
export function conformancePackOperations(config: Config): Record<string, Operation> {
  const placeOf = ({ accountId, region }: Call<unknown>) => config.places.of(accountId, region);

  function newPack({ accountId, region, input }: Call<PutConformancePackRequest>): Pack {
    const { partition } = config.aws.organization;
    const id = `conformance-pack-${config.aws.hex(9)}`;
    const name = input.ConformancePackName ?? "";
    const stack = `stack/awsconfigconforms-${name}-${id}/${config.aws.hex(32)}`;
    return {
      name,
      id,
      arn: `arn:${partition}:config:${region}:${accountId}:conformance-pack/${name}/${id}`,
      stackArn: `arn:${partition}:cloudformation:${region}:${accountId}:${stack}`,
      settings: {},
      state: "CREATE_IN_PROGRESS",
      requestedAt: now(config),
      ruleNames: [],
      tags: tagsOf(input.Tags),
    };
  }

  /** Lets the pack be in progress, then does the work: its error becomes the reason of `failed`. */
  function later(pack: Pack, failed: Pack["state"], work: () => void): void {
    pack.requestedAt = now(config);
    delete pack.reason;
    delete pack.completedAt;
    config.aws.later(DEPLOYING, () => {
      try {
        work();
      } catch (error) {
        pack.state = failed;
        pack.reason = error instanceof Error ? error.message : String(error);
      }
      pack.completedAt = now(config);
    });
  }

  return {
    PutConformancePack: async (call: Call<PutConformancePackRequest>): Promise<PutConformancePackResponse> => {
      const { input } = call;
      const place = placeOf(call);
      const known = place.packs.get(input.ConformancePackName ?? "");
      if (known !== undefined) checkIdle(known);
      const body = await templateBody(config, call);
      const pack = known ?? newPack(call);
      // Parameters and functions are checked at once, the rules that come of them when they are made.
      const rules = packRules(config, call, pack, body);
      if (known === undefined && place.packs.size >= MOST_PACKS) {
        throw new AwsError(
          "MaxNumberOfConformancePacksExceededException",
          `Failed to put conformance pack '${pack.name}' because the maximum number of conformance packs: ${MOST_PACKS} is reached.`,
        );
      }
      await config.aws.ensureServiceLinkedRole(call.accountId, CONFORMS);
      // While the role was made another call may have begun.
      const current = place.packs.get(pack.name);
      if (current !== known) throw invalid(`The conformance pack ${pack.name} was changed by another request.`);
      if (known !== undefined) checkIdle(known);
      place.packs.set(pack.name, pack);
      pack.settings = {
        ...(input.DeliveryS3Bucket ? { DeliveryS3Bucket: input.DeliveryS3Bucket } : {}),
        ...(input.DeliveryS3KeyPrefix ? { DeliveryS3KeyPrefix: input.DeliveryS3KeyPrefix } : {}),
        ConformancePackInputParameters: input.ConformancePackInputParameters ?? [],
      };
      pack.state = "CREATE_IN_PROGRESS";
      later(pack, "CREATE_FAILED", () => {
        deployRules(config, call, pack, rules);
        pack.state = "CREATE_COMPLETE";
      });
      return { ConformancePackArn: pack.arn };
    },

    DescribeConformancePacks: (call: Call<DescribeConformancePacksRequest>): DescribeConformancePacksResponse => {
      const place = placeOf(call);
      const names = call.input.ConformancePackNames ?? [];
      const packs = names.length > 0 ? names.map((name) => namedPack(place, name)) : [...place.packs.values()];
      const { items, next } = listed(packs, call.input, 20);
      return { ConformancePackDetails: items.map(details), ...next };
    },

    DescribeConformancePackStatus: (
      call: Call<DescribeConformancePackStatusRequest>,
    ): DescribeConformancePackStatusResponse => {
      const names = call.input.ConformancePackNames ?? [];
      // A name that is not known is no error of this call: its answer is empty.
      const packs = [...placeOf(call).packs.values()].filter(({ name }) => names.length === 0 || names.includes(name));
      const { items, next } = listed(packs, call.input, 20);
      return { ConformancePackStatusDetails: items.map(status), ...next };
    },

    DeleteConformancePack: (call: Call<DeleteConformancePackRequest>): object => {
      const place = placeOf(call);
      const pack = namedPack(place, call.input.ConformancePackName);
      checkIdle(pack);
      pack.state = "DELETE_IN_PROGRESS";
      later(pack, "DELETE_FAILED", () => {
        removeRules(place, pack.ruleNames);
        place.packs.delete(pack.name);
      });
      return {};
    },
  };
}
