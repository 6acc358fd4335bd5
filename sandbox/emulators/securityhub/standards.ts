import type {
  BatchDisableStandardsRequest,
  BatchDisableStandardsResponse,
  BatchEnableStandardsRequest,
  BatchEnableStandardsResponse,
  DescribeStandardsRequest,
  DescribeStandardsResponse,
  GetEnabledStandardsRequest,
  GetEnabledStandardsResponse,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { subscriptionArn } from "./arns.ts";
import { findStandard, standardArn, standards } from "./catalog/standards.ts";
import { invalidInput } from "./errors.ts";
import { requireHub } from "./lifecycle.ts";
import { pageOf } from "./pages.ts";
import { placeOf, type State } from "./state.ts";
import { describeSubscription, subscribe, unsubscribe } from "./subscriptions.ts";

/** The catalogue of standards, and which of them an account has enabled. */
export function standardsOperations(state: State): Record<string, Operation> {
  return {
    DescribeStandards(call: Call<DescribeStandardsRequest>): DescribeStandardsResponse {
      requireHub(state, call);
      const place = placeOf(state, call);
      const offered = call.input.Providers?.includes("AWS") === false ? [] : standards;
      const { items, rest } = pageOf(offered, call.input, 100);
      const shown = items.map((standard) => ({
        StandardsArn: standardArn(place, standard),
        Name: standard.name,
        Description: standard.description,
        EnabledByDefault: standard.enabledByDefault,
        Provider: "AWS" as const,
        StandardsManagedBy: { Company: "AWS", Product: "Security Hub" },
      }));
      return { Standards: shown, ...rest };
    },

    GetEnabledStandards(call: Call<GetEnabledStandardsRequest>): GetEnabledStandardsResponse {
      const hub = requireHub(state, call);
      const place = placeOf(state, call);
      const asked = call.input.StandardsSubscriptionArns;
      const enabled = [...hub.subscriptions]
        .map(([key, subscription]) => describeSubscription(place, key, subscription))
        .filter((each) => asked === undefined || asked.includes(each.StandardsSubscriptionArn ?? ""));
      const { items, rest } = pageOf(enabled, call.input, 100);
      return { StandardsSubscriptions: items, ...rest };
    },

    BatchEnableStandards(call: Call<BatchEnableStandardsRequest>): BatchEnableStandardsResponse {
      const hub = requireHub(state, call);
      const place = placeOf(state, call);
      // All are checked before any is enabled: a batch with one bad ARN changes nothing.
      const wanted = (call.input.StandardsSubscriptionRequests ?? []).map((request) => {
        const standard = findStandard(place, request.StandardsArn ?? "");
        if (standard === undefined) throw invalidInput(`Invalid StandardsArn: ${request.StandardsArn}`);
        if (hub.subscriptions.get(standard.key)?.status === "DELETING") {
          throw invalidInput(`Standard ${request.StandardsArn} is being disabled: enable it when that is done`);
        }
        return { standard, input: request.StandardsInput ?? {} };
      });
      return {
        StandardsSubscriptions: wanted.map(({ standard, input }) =>
          describeSubscription(place, standard.key, subscribe(state, hub, standard, input)),
        ),
      };
    },

    BatchDisableStandards(call: Call<BatchDisableStandardsRequest>): BatchDisableStandardsResponse {
      const hub = requireHub(state, call);
      const place = placeOf(state, call);
      const unwanted = (call.input.StandardsSubscriptionArns ?? []).map((arn) => {
        const standard = standards.find((each) => subscriptionArn(place, each.path) === arn);
        const subscription = standard && hub.subscriptions.get(standard.key);
        if (standard === undefined || subscription === undefined) {
          throw invalidInput(`Invalid StandardsSubscriptionArn: ${arn} is not an enabled standard of this account`);
        }
        return { standard, subscription };
      });
      return {
        StandardsSubscriptions: unwanted.map(({ standard, subscription }) => {
          unsubscribe(state, hub, standard, subscription);
          return describeSubscription(place, standard.key, subscription);
        }),
      };
    },
  };
}
