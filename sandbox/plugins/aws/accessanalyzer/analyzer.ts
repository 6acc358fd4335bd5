import type { AnalyzerConfiguration, Type } from "@aws-sdk/client-accessanalyzer";
import { isAwsError, unless } from "../../provider/errors.ts";
import { block, number, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asMap, tagChanges, tagFields } from "../../provider/tags.ts";
import { waitFor } from "../../provider/waiting.ts";
import { accessAnalyzerClient } from "./client.ts";

export const analyzer = resource({
  title: "IAM Access Analyzer Analyzer",
  properties: {
    analyzerName: string({ required: true, replaces: true }),
    type: string({ default: "ACCOUNT", replaces: true }),
    configuration: block({ unusedAccess: block({ unusedAccessAge: number({ replaces: true }) }) }, { computed: true }),
    ...tagFields,
    arn: output(string()),
  },
  label: (inputs) => inputs.analyzerName,
  async create(place, inputs) {
    const accessAnalyzer = await place.client(accessAnalyzerClient);
    const age = inputs.configuration?.unusedAccess?.unusedAccessAge;
    const configuration: AnalyzerConfiguration | undefined = age
      ? { unusedAccess: { unusedAccessAge: age } }
      : undefined;
    // A delegation that was just made is known to Access Analyzer only after a while; the real provider waits 10 minutes.
    await waitFor({ within: 60_000, every: 500, signal: place.cancelled }, async () => {
      try {
        return await accessAnalyzer.createAnalyzer({
          analyzerName: inputs.analyzerName,
          type: inputs.type as Type,
          configuration,
          tags: asMap(inputs.tagsAll),
        });
      } catch (error) {
        if (isAwsError(error, "ValidationException: You must create an organization")) return undefined;
        throw error;
      }
    });
    return inputs.analyzerName;
  },
  async read(place, id) {
    const accessAnalyzer = await place.client(accessAnalyzerClient);
    const found = (await unless(accessAnalyzer.getAnalyzer({ analyzerName: id }), "ResourceNotFoundException"))
      ?.analyzer;
    if (!found) return undefined;
    const age =
      found.configuration && "unusedAccess" in found.configuration ? found.configuration.unusedAccess : undefined;
    return {
      analyzerName: found.name,
      type: found.type,
      ...(age?.unusedAccessAge ? { configuration: { unusedAccess: { unusedAccessAge: age.unusedAccessAge } } } : {}),
      tagsAll: found.tags ?? {},
      arn: found.arn,
    };
  },
  async update(place, _id, inputs, _changed, prior) {
    const accessAnalyzer = await place.client(accessAnalyzerClient);
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    const resourceArn = prior.arn;
    if (tags.remove.length > 0) await accessAnalyzer.untagResource({ resourceArn, tagKeys: tags.remove });
    if (Object.keys(tags.set).length > 0) await accessAnalyzer.tagResource({ resourceArn, tags: tags.set });
  },
  async delete(place, id) {
    const accessAnalyzer = await place.client(accessAnalyzerClient);
    await unless(accessAnalyzer.deleteAnalyzer({ analyzerName: id }), "ResourceNotFoundException");
  },
});
