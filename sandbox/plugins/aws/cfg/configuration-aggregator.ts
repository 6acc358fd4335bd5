import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, boolean, type InputsOf, list, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, tagFields } from "../../provider/tags.ts";
import { configClient, setTags, tagsOf } from "./client.ts";

const regions = { allRegions: boolean({ default: false }), regions: list(string()) };

const properties = {
  name: string({ replaces: true, naming: { length: 256 } }),
  accountAggregationSource: block(
    { accountIds: list(string(), { required: true }), ...regions },
    { replacesWhenAdded: true },
  ),
  organizationAggregationSource: block(
    { ...regions, roleArn: string({ required: true }) },
    { replacesWhenAdded: true },
  ),
  ...tagFields,
  arn: output(string()),
};

const noAggregator = "NoSuchConfigurationAggregatorException";

async function put(place: Place, inputs: InputsOf<typeof properties>): Promise<void> {
  const config = await place.client(configClient);
  const { accountAggregationSource: accounts, organizationAggregationSource: whole } = inputs;
  const where = (source: InputsOf<typeof regions>) => ({
    AllAwsRegions: source.allRegions,
    AwsRegions: source.regions?.length ? [...source.regions] : undefined,
  });
  await during(`putting ConfigService Configuration Aggregator (${inputs.name})`, () =>
    config.putConfigurationAggregator({
      ConfigurationAggregatorName: inputs.name,
      AccountAggregationSources: accounts && [{ AccountIds: [...accounts.accountIds], ...where(accounts) }],
      OrganizationAggregationSource: whole && { RoleArn: whole.roleArn, ...where(whole) },
      Tags: asPairs(inputs.tagsAll),
    }),
  );
}

export const configurationAggregator = resource({
  title: "ConfigService Configuration Aggregator",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    await put(place, inputs);
    return inputs.name ?? "";
  },
  async read(place, id) {
    const config = await place.client(configClient);
    const answer = config.describeConfigurationAggregators({ ConfigurationAggregatorNames: [id] });
    const found = (await unless(answer, noAggregator))?.ConfigurationAggregators?.[0];
    if (!found) return undefined;
    const accounts = found.AccountAggregationSources?.[0];
    const whole = found.OrganizationAggregationSource;
    return {
      name: found.ConfigurationAggregatorName,
      accountAggregationSource: accounts && {
        accountIds: accounts.AccountIds ?? [],
        allRegions: accounts.AllAwsRegions ?? false,
        regions: accounts.AwsRegions,
      },
      organizationAggregationSource: whole && {
        roleArn: whole.RoleArn ?? "",
        allRegions: whole.AllAwsRegions ?? false,
        regions: whole.AwsRegions,
      },
      tagsAll: await tagsOf(place, found.ConfigurationAggregatorArn),
      arn: found.ConfigurationAggregatorArn,
    };
  },
  async update(place, _id, inputs, changed, prior) {
    if ([...changed].some((name) => !/^tags/.test(name))) await put(place, inputs);
    await setTags(place, prior.arn, prior.tagsAll, inputs.tagsAll);
  },
  async delete(place, id) {
    const config = await place.client(configClient);
    await unless(config.deleteConfigurationAggregator({ ConfigurationAggregatorName: id }), noAggregator);
  },
});
