// The engine's record of a stack, as `pulumi stack export` gives it (sdk/go/common/apitype, DeploymentV3), as far as recovery reads
// and changes it. Everything else passes through.

/** One resource of a stack's state. */
export interface ResourceState {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** `<URN>::<id>` of the provider. */
  readonly provider?: string;
  readonly parent?: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
  /** Left by a replacement, still to be deleted. */
  readonly delete?: boolean;
  /** Deleted by a replacement whose new resource is still to be made. */
  readonly pendingReplacement?: boolean;
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
}

export interface PendingOperation {
  readonly resource: ResourceState;
  readonly type: "creating" | "updating" | "deleting" | "reading" | "importing";
}

export interface Deployment {
  readonly resources?: readonly ResourceState[];
  readonly pending_operations?: readonly PendingOperation[];
}

/** What `pulumi stack export` prints. */
export interface ExportedStack {
  readonly version: number;
  readonly deployment: Deployment;
}

/** A resource that has been found in AWS, under the id by which its provider imports it. */
export interface Found {
  readonly resource: ResourceState;
  readonly id: string;
}

/** What is not settled in a state. */
export interface Unsettled {
  /** Resources whose creation the engine has recorded as begun and not as ended. */
  readonly creates: readonly ResourceState[];
  /** URNs of resources of which the state may say what is no longer so: read them again. */
  readonly stale: readonly string[];
  /** Everything that the engine calls pending. */
  readonly pending: readonly PendingOperation[];
}

const isProvider = ({ type }: Pick<ResourceState, "type">): boolean => type.startsWith("pulumi:providers:");

/**
 * Reads what was interrupted. Of pending updates and deletions the next `up` would know nothing: it drops them and goes by the old state.
 * A resource with an id and no outputs was put into the state by a recovery that did not get to read it.
 */
export function unsettledOf({ resources = [], pending_operations: pending = [] }: Deployment): Unsettled {
  const known = new Set(resources.filter(({ custom }) => custom).map(({ urn }) => urn));
  const changed = pending
    .filter(({ type }) => type === "updating" || type === "deleting")
    .map(({ resource }) => resource.urn)
    .filter((urn) => known.has(urn));
  return {
    creates: pending.filter(({ type }) => type === "creating").map(({ resource }) => resource),
    stale: [...new Set([...changed, ...resources.filter(isUnread).map(({ urn }) => urn)])],
    pending,
  };
}

function isUnread(state: ResourceState): boolean {
  return state.custom && !isProvider(state) && state.id !== undefined && Object.keys(state.outputs ?? {}).length === 0;
}

/** Whether a resource stands in the state as made: neither the leftover of a replacement nor a gap to be filled. */
export function isMade({ delete: leftover, pendingReplacement }: ResourceState): boolean {
  return leftover !== true && pendingReplacement !== true;
}

/**
 * The state with what was found in it, and without pending operations. Found resources have no outputs, which makes the provider's next
 * read an import; what they replace becomes a leftover to be deleted, or goes where it was deleted already.
 */
export function withFound(deployment: Deployment, found: readonly Found[]): Deployment {
  const { pending_operations: _, ...rest } = deployment;
  let resources = [...(deployment.resources ?? [])];
  for (const { resource, id } of found) {
    const known = new Set(resources.map(({ urn }) => urn));
    const added = { ...withKnownDependencies(resource, known), id, outputs: {} };
    const at = resources.findIndex(({ urn, delete: leftover }) => urn === resource.urn && leftover !== true);
    const before = resources[at];
    if (before === undefined) resources.push(added);
    else if (before.pendingReplacement === true) resources = resources.with(at, added);
    else resources = [...resources.with(at, added), { ...before, delete: true }];
  }
  return { ...rest, resources };
}

/** The engine refuses a state that refers to what is not in it; the next deployment records the dependencies anew. */
function withKnownDependencies(resource: ResourceState, known: ReadonlySet<string>): ResourceState {
  const { dependencies, propertyDependencies, ...rest } = resource;
  const only = (urns: readonly string[]): string[] => urns.filter((urn) => known.has(urn));
  const byProperty = Object.entries(propertyDependencies ?? {}).map(([name, urns]) => [name, only(urns ?? [])]);
  return {
    ...rest,
    ...(dependencies === undefined ? {} : { dependencies: only(dependencies) }),
    ...(propertyDependencies === undefined ? {} : { propertyDependencies: Object.fromEntries(byProperty) }),
  };
}

/**
 * The state without what is in an account: the resources of the providers that work in it, and those providers. What stays refers to nothing that is
 * gone. Protection goes with it: nothing is deleted by this.
 */
export function withoutAccount(
  deployment: Deployment,
  accountId: string,
): { readonly deployment: Deployment; readonly forgotten: number } {
  const { resources = [], pending_operations: pending = [], ...rest } = deployment;
  const providers = resources.filter((state) => isProvider(state) && worksIn(state, accountId));
  const references = new Set(providers.map(({ urn, id }) => `${urn}::${id}`));
  const goes = (state: ResourceState): boolean =>
    providers.includes(state) || (state.provider !== undefined && references.has(state.provider));
  const kept = resources.filter((state) => !goes(state));
  const known = new Set(kept.map(({ urn }) => urn));
  return {
    deployment: {
      ...rest,
      resources: kept.map((state) => withKnownDependencies(state, known)),
      pending_operations: pending.filter(({ resource }) => !goes(resource)),
    },
    forgotten: resources.length - kept.length - providers.length,
  };
}

/** Providers have an account in the list of those that they are allowed, which the engine keeps as JSON (programs/providers.ts). */
function worksIn({ inputs }: ResourceState, accountId: string): boolean {
  const { allowedAccountIds: allowed } = inputs ?? {};
  const ids: unknown = typeof allowed === "string" ? JSON.parse(allowed) : allowed;
  return Array.isArray(ids) && ids.includes(accountId);
}

/** Whether the state has the provider that a resource refers to. */
export function hasProvider({ resources = [] }: Deployment, { provider }: ResourceState): boolean {
  return resources.some((state) => isProvider(state) && `${state.urn}::${state.id}` === provider);
}

/** Name of a resource in the program. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
