import type {
  CreatePublishingDestinationRequest,
  CreatePublishingDestinationResponse,
  DeletePublishingDestinationRequest,
  DescribePublishingDestinationRequest,
  DescribePublishingDestinationResponse,
  DestinationProperties,
  ListPublishingDestinationsRequest,
  ListPublishingDestinationsResponse,
  UpdatePublishingDestinationRequest,
} from "@aws-sdk/client-guardduty";
import type { Call, Operation } from "../../gateway/emulator.ts";
import type { Exporter } from "./export.ts";
import { listPage } from "./pages.ts";
import { rejected } from "./rejections.ts";
import { type Destination, type GuardDuty, ownPlace } from "./state.ts";

type Named = { DetectorId: string | undefined; DestinationId: string | undefined };

/** Where findings are exported to: a detector has one destination, which is tried when it is set. */
export function destinationOperations(guardDuty: GuardDuty, exporter: Exporter): Record<string, Operation> {
  function destinationOf(call: Call<Named>): Destination {
    const destination = ownPlace(guardDuty, call).destinations.get(call.input.DestinationId ?? "");
    // Terraform's provider compares this very text.
    if (destination === undefined) {
      throw rejected("The request is rejected because the one or more input parameters have invalid values.");
    }
    return destination;
  }

  async function checkAccess(call: Call<{ DetectorId: string | undefined }>, to: DestinationProperties): Promise<void> {
    const { accountId, region, input } = call;
    if (await exporter.mayExport({ accountId, region, detectorId: input.DetectorId ?? "" }, to)) return;
    throw rejected(
      "The request failed because the GuardDuty service principal does not have permission to the KMS key or the resource specified by the destinationArn parameter.",
    );
  }

  return {
    CreatePublishingDestination: async (
      call: Call<CreatePublishingDestinationRequest>,
    ): Promise<CreatePublishingDestinationResponse> => {
      const { destinations } = ownPlace(guardDuty, call);
      const { DestinationProperties: properties = {}, Tags } = call.input;
      if (destinations.size > 0) {
        throw rejected("The request is rejected because a publishing destination already exists for the detector.");
      }
      await checkAccess(call, properties);
      const id = guardDuty.aws.hex(32);
      destinations.set(id, { id, properties, tags: new Map(Object.entries(Tags ?? {})) });
      return { DestinationId: id };
    },

    DescribePublishingDestination: (
      call: Call<DescribePublishingDestinationRequest>,
    ): DescribePublishingDestinationResponse => {
      const { id, properties, tags } = destinationOf(call);
      return {
        DestinationId: id,
        DestinationType: "S3",
        Status: "PUBLISHING",
        PublishingFailureStartTimestamp: 0,
        DestinationProperties: properties,
        ...(tags.size === 0 ? {} : { Tags: Object.fromEntries(tags) }),
      };
    },

    UpdatePublishingDestination: async (call: Call<UpdatePublishingDestinationRequest>): Promise<object> => {
      const destination = destinationOf(call);
      const properties = { ...destination.properties, ...call.input.DestinationProperties };
      await checkAccess(call, properties);
      destination.properties = properties;
      return {};
    },

    DeletePublishingDestination: (call: Call<DeletePublishingDestinationRequest>): object => {
      ownPlace(guardDuty, call).destinations.delete(destinationOf(call).id);
      return {};
    },

    ListPublishingDestinations: (call: Call<ListPublishingDestinationsRequest>): ListPublishingDestinationsResponse => {
      const { items, ...next } = listPage([...ownPlace(guardDuty, call).destinations.values()], call.input);
      return {
        Destinations: items.map(({ id }) => ({ DestinationId: id, DestinationType: "S3", Status: "PUBLISHING" })),
        ...next,
      };
    },
  };
}
