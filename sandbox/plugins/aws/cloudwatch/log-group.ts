import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { boolean, number, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asMap, tagChanges, tagFields } from "../../provider/tags.ts";
import { type DescribedLogGroup, logsClient } from "./logs-client.ts";

const absent = "ResourceNotFoundException";

async function groupNamed(place: Place, name: string): Promise<DescribedLogGroup | undefined> {
  const logs = await place.client(logsClient);
  const { logGroups = [] } = await logs.describeLogGroups({ logGroupNamePrefix: name });
  return logGroups.find(({ logGroupName }) => logGroupName === name);
}

const arnOf = ({ arn = "" }: DescribedLogGroup) => arn.replace(/:\*$/, "");

/** Zero days keep it for ever. */
async function retain(place: Place, logGroupName: string, retentionInDays = 0): Promise<void> {
  const logs = await place.client(logsClient);
  await during(`setting CloudWatch Logs Log Group (${logGroupName}) retention policy`, () =>
    retentionInDays === 0
      ? logs.deleteRetentionPolicy({ logGroupName })
      : logs.putRetentionPolicy({ logGroupName, retentionInDays }),
  );
}

export const logGroup = resource({
  title: "CloudWatch Logs Log Group",
  properties: {
    name: string({ replaces: true, naming: { length: 512 } }),
    retentionInDays: number({ default: 0 }),
    kmsKeyId: string(),
    logGroupClass: string({ computed: true, replaces: true }),
    skipDestroy: boolean({ default: false, unread: true }),
    ...tagFields,
    arn: output(string()),
  },
  label: (inputs) => inputs.name,
  async create(place, inputs, made) {
    const logs = await place.client(logsClient);
    const name = inputs.name ?? "";
    await logs.createLogGroup({
      logGroupName: name,
      kmsKeyId: inputs.kmsKeyId,
      logGroupClass: inputs.logGroupClass,
      tags: asMap(inputs.tagsAll),
    });
    made(name);
    if (inputs.retentionInDays) await retain(place, name, inputs.retentionInDays);
    return name;
  },
  async read(place, id) {
    const found = await groupNamed(place, id);
    if (!found) return undefined;
    const logs = await place.client(logsClient);
    const { tags = {} } = await logs.listTagsForResource({ resourceArn: arnOf(found) });
    return {
      name: found.logGroupName,
      retentionInDays: found.retentionInDays ?? 0,
      kmsKeyId: found.kmsKeyId,
      logGroupClass: found.logGroupClass,
      tagsAll: tags,
      arn: arnOf(found),
    };
  },
  async update(place, id, inputs, changed, prior) {
    const logs = await place.client(logsClient);
    if (changed.has("retentionInDays")) await retain(place, id, inputs.retentionInDays);
    if (changed.has("kmsKeyId")) {
      const kmsKeyId = inputs.kmsKeyId;
      if (kmsKeyId) await logs.associateKmsKey({ logGroupName: id, kmsKeyId });
      else await logs.disassociateKmsKey({ logGroupName: id });
    }
    const resourceArn = prior.arn ?? "";
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    if (tags.remove.length > 0) await logs.untagResource({ resourceArn, tagKeys: tags.remove });
    if (Object.keys(tags.set).length > 0) await logs.tagResource({ resourceArn, tags: tags.set });
  },
  async delete(place, id, state) {
    if (state.skipDestroy) return;
    const logs = await place.client(logsClient);
    await unless(logs.deleteLogGroup({ logGroupName: id }), absent);
  },
});
