import { arn, type Partition } from "./partition.ts";
import type { ProductChoice } from "./security-hub-settings.ts";

interface Place {
  readonly partition: Partition;
  readonly region: string;
  readonly accountId: string;
}

/** The ARN under which a region offers a product of a third party (Security Hub CSPM User Guide, "Third-party integrations"). */
export function productArn({ partition, region }: Omit<Place, "accountId">, choice: ProductChoice): string {
  return arn(partition, "securityhub", region, choice.accountId ?? "", `product/${choice.product}`);
}

/** The ARN of an account's subscription to a product, by the product's path. */
export function productSubscriptionArn({ partition, region, accountId }: Place, product: string): string {
  return arn(partition, "securityhub", region, accountId, `product-subscription/${product}`);
}
