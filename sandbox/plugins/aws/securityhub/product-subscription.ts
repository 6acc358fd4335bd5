import { during, unless } from "../../provider/errors.ts";
import { output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { absent, securityHubClient } from "./client.ts";

const title = "Security Hub Product Subscription";

export const productSubscription = resource({
  title,
  properties: {
    productArn: string({ required: true, replaces: true }),
    arn: output(string()),
  },
  async create(place, { productArn }) {
    const hub = await place.client(securityHubClient);
    const { ProductSubscriptionArn } = await during(`enabling ${title} (${productArn})`, () =>
      hub.enableImportFindingsForProduct({ ProductArn: productArn }),
    );
    return `${productArn},${ProductSubscriptionArn}`;
  },
  async read(place, id) {
    const hub = await place.client(securityHubClient);
    const [productArn, arn = ""] = id.split(",");
    let NextToken: string | undefined;
    do {
      const page = await unless(hub.listEnabledProductsForImport({ NextToken }), ...absent);
      if (page?.ProductSubscriptions?.includes(arn)) return { productArn, arn };
      NextToken = page?.NextToken;
    } while (NextToken);
    return undefined;
  },
  async delete(place, id) {
    const hub = await place.client(securityHubClient);
    await during(`disabling ${title} (${id})`, () =>
      unless(hub.disableImportFindingsForProduct({ ProductSubscriptionArn: id.split(",")[1] }), ...absent),
    );
  },
});
