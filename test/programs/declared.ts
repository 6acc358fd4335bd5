import { output, runtime } from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";

/** One resource as the engine would be asked to register it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** Name of the provider that it is registered with, or undefined: a default provider would serve it. */
  readonly provider: string | undefined;
  /** Name of the component that it is a part of; undefined for what is of the stack itself. */
  readonly parent: string | undefined;
  /** Names of the resources that have to be there first. */
  readonly dependsOn: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly ignoreChanges: readonly string[];
  readonly importId: string | undefined;
  /** How long the provider may take to create and to delete it; empty where it decides itself. */
  readonly timeouts: { readonly create: string; readonly delete: string };
}

/** What a program declares. */
export interface Declaration {
  readonly resources: readonly Registered[];
  readonly outputs: Record<string, unknown>;
  /** The one resource of this name; throws if there is none or more. */
  named(name: string): Registered;
  ofType(type: string): readonly Registered[];
}

/** The getters of the engine's request message that tell what the mocks of the SDK do not. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getDependenciesList(): string[];
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getIgnorechangesList(): string[];
  getImportid(): string;
  getCustomtimeouts(): { getCreate(): string; getDelete(): string } | undefined;
}

// The SDK's mocks pass on inputs only; dependencies and options are in the request that they get.
const requests: RegisterRequest[] = [];
const register = MockMonitor.prototype.registerResource;
MockMonitor.prototype.registerResource = function (request: RegisterRequest, callback) {
  requests.push(request);
  return register.call(this, request, callback);
};

const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

function parentOf(request: RegisterRequest): string | undefined {
  const urn = request.getParent();
  return urn === "" || (urn.includes("pulumi:pulumi:Stack") && !urn.includes("$")) ? undefined : nameOf(urn);
}

/** Runs a program against mocks and returns what it declares. Every resource gets the id `<name>-id`. */
export async function declare(program: () => object, stack = "test"): Promise<Declaration> {
  requests.length = 0;
  const inputs = new Map<string, Record<string, unknown>>();
  await runtime.setMocks(
    {
      newResource: ({ type, name, inputs: given }) => {
        inputs.set(`${type} ${name}`, given);
        const computed = { arn: `arn:test:${name}`, url: `https://queue.test/${name}`, name: given.name ?? name };
        return { id: `${name}-id`, state: { ...computed, ...given } };
      },
      call: ({ token }) => {
        throw new Error(`calling ${token}: programs call no provider functions`);
      },
    },
    "bulwark",
    stack,
  );
  const returned = program();
  const outputs = await new Promise<Record<string, unknown>>((resolve) => {
    output(returned).apply((resolved) => resolve(resolved as Record<string, unknown>));
  });
  await runtime.disconnect();
  const resources = requests.map((request): Registered => {
    const type = request.getType();
    const name = request.getName();
    const provider = request.getProvider();
    return {
      type,
      name,
      inputs: inputs.get(`${type} ${name}`) ?? {},
      // A provider reference is `<urn>::<id>`.
      provider: provider === "" ? undefined : nameOf(provider.slice(0, provider.lastIndexOf("::"))),
      parent: parentOf(request),
      dependsOn: request.getDependenciesList().map(nameOf),
      protect: request.getProtect(),
      retainOnDelete: request.getRetainondelete(),
      ignoreChanges: request.getIgnorechangesList(),
      importId: request.getImportid() || undefined,
      timeouts: {
        create: request.getCustomtimeouts()?.getCreate() ?? "",
        delete: request.getCustomtimeouts()?.getDelete() ?? "",
      },
    };
  });
  return {
    resources,
    outputs,
    named: (name) => {
      const found = resources.filter((resource) => resource.name === name);
      if (found.length !== 1 || found[0] === undefined) {
        throw new Error(
          `${found.length} resources are named ${name}; there are ${resources.map((r) => r.name).join(", ")}`,
        );
      }
      return found[0];
    },
    ofType: (type) => resources.filter((resource) => resource.type === type),
  };
}

/** Names of everything that has to be there before `name`, directly or not. */
export function upstreamOf({ resources }: Declaration, name: string): ReadonlySet<string> {
  const byName = new Map(resources.map((resource) => [resource.name, resource]));
  const seen = new Set<string>();
  const visit = (from: string) => {
    for (const dependency of byName.get(from)?.dependsOn ?? []) {
      if (seen.has(dependency)) continue;
      seen.add(dependency);
      visit(dependency);
    }
  };
  visit(name);
  return seen;
}
