import type {
  DescribeProductsRequest,
  DescribeProductsResponse,
  DisableImportFindingsForProductRequest,
  EnableImportFindingsForProductRequest,
  EnableImportFindingsForProductResponse,
  ListEnabledProductsForImportRequest,
  ListEnabledProductsForImportResponse,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { productArn, productSubscriptionArn } from "./arns.ts";
import { conflict, invalidInput, notFound } from "./errors.ts";
import { requireHub } from "./lifecycle.ts";
import { pageOf } from "./pages.ts";
import { products } from "./product-catalog.ts";
import { placeOf, type State } from "./state.ts";

/** Which integrated products an account takes findings from. */
export function productOperations(state: State): Record<string, Operation> {
  return {
    DescribeProducts(call: Call<DescribeProductsRequest>): DescribeProductsResponse {
      requireHub(state, call);
      const place = placeOf(state, call);
      const asked = call.input.ProductArn;
      const offered = products
        .map(({ path, company, name }) => ({
          ProductArn: productArn(place, path),
          ProductName: name,
          CompanyName: company,
          IntegrationTypes: ["SEND_FINDINGS_TO_SECURITY_HUB" as const],
        }))
        .filter((each) => asked === undefined || each.ProductArn === asked);
      if (asked !== undefined && offered.length === 0) throw invalidInput(`Invalid ProductArn: ${asked}`);
      const { items, rest } = pageOf(offered, call.input, 100);
      return { Products: items, ...rest };
    },

    ListEnabledProductsForImport(
      call: Call<ListEnabledProductsForImportRequest>,
    ): ListEnabledProductsForImportResponse {
      const hub = requireHub(state, call);
      const place = placeOf(state, call);
      const { items, rest } = pageOf([...hub.products].sort(), call.input, 100);
      return { ProductSubscriptions: items.map((path) => productSubscriptionArn(place, path)), ...rest };
    },

    EnableImportFindingsForProduct(
      call: Call<EnableImportFindingsForProductRequest>,
    ): EnableImportFindingsForProductResponse {
      const hub = requireHub(state, call);
      const place = placeOf(state, call);
      const product = products.find((each) => productArn(place, each.path) === call.input.ProductArn);
      if (product === undefined) throw invalidInput(`Invalid ProductArn: ${call.input.ProductArn}`);
      if (hub.products.has(product.path))
        throw conflict(`Product ${call.input.ProductArn} is already enabled for import`);
      hub.products.add(product.path);
      return { ProductSubscriptionArn: productSubscriptionArn(place, product.path) };
    },

    DisableImportFindingsForProduct(call: Call<DisableImportFindingsForProductRequest>) {
      const hub = requireHub(state, call);
      const arn = call.input.ProductSubscriptionArn ?? "";
      const path = arn.startsWith(productSubscriptionArn(placeOf(state, call), ""))
        ? arn.slice(arn.indexOf("product-subscription/") + "product-subscription/".length)
        : "";
      if (!hub.products.delete(path)) throw notFound(`Product subscription ${arn} was not found`);
      return {};
    },
  };
}
