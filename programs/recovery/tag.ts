import { TAGS } from "../names.ts";

/** Says which resource of which stack a thing is: `admin/config-key-us-east-1`. */
export const RESOURCE_TAG = "BulwarkResource";

/**
 * Tags of a resource to which AWS gives an id of its own and that has no name. They go with the call that makes it, so that it is
 * found again where nobody heard that call's answer.
 */
export function identifyingTags(stack: string, name: string): Readonly<Record<string, string>> {
  return { ...TAGS, [RESOURCE_TAG]: `${stack}/${name}` };
}
