// The programs of the tests: a stack's inputs say which probe resources it has, what it returns, and how it fails.
import * as pulumi from "@pulumi/pulumi";

export interface ProbeInputs {
  /** Folder that is the probe's cloud. */
  readonly world: string;
  /** Resources by name; `token` becomes a secret property, `of` the id of the item that it names, `by` its provider's name. */
  readonly items: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly secretOutput?: string;
  readonly throws?: string;
  /** Texts that the program logs, by severity, and one that it prints past Pulumi. */
  readonly logs?: Partial<Readonly<Record<"debug" | "info" | "warn" | "error", string>>>;
  readonly prints?: string;
  readonly homeRegion: string;
}

class Probe extends pulumi.ProviderResource {}
class Item extends pulumi.CustomResource {}

export function programFor(_stack: string): { run(inputs: ProbeInputs): Record<string, unknown> } {
  return {
    run(inputs) {
      // Each has a plugin process of its own.
      const providers = new Map<unknown, Probe>();
      const providerOf = (by: unknown): Probe => {
        const provider = providers.get(by) ?? new Probe("probe", `aws-10000000000${by ?? 1}`, {}, { version: "1.0.0" });
        providers.set(by, provider);
        return provider;
      };
      providerOf(undefined);
      const items = new Map<unknown, Item>();
      for (const [name, { token, of, by, ...properties }] of Object.entries(inputs.items)) {
        const secret = token === undefined ? {} : { token: pulumi.secret(token) };
        const other = of === undefined ? {} : { value: items.get(of)?.id };
        const all = { world: inputs.world, ...properties, ...secret, ...other };
        items.set(name, new Item("probe:index:Item", name, all, { provider: providerOf(by) }));
      }
      for (const [severity, text] of Object.entries(inputs.logs ?? {})) {
        void pulumi.log[severity as keyof NonNullable<typeof inputs.logs>](text);
      }
      if (inputs.prints !== undefined) console.error(inputs.prints);
      if (inputs.throws !== undefined) throw new Error(inputs.throws);
      const hidden = inputs.secretOutput === undefined ? {} : { hidden: pulumi.secret(inputs.secretOutput) };
      return { ...inputs.outputs, ...hidden };
    },
  };
}
