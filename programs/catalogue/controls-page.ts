import { ADMIN_FEATURES } from "./admin.ts";
import { BASELINE_FEATURES } from "./baseline.ts";
import type { Feature, SatisfiedControl } from "./feature.ts";
import { table } from "./table.ts";

const FEATURES = [...BASELINE_FEATURES, ...ADMIN_FEATURES];

/** The page `docs/controls.md`: what each feature satisfies, and by which features each control is satisfied. */
export function controlsPage(): string {
  return [
    "# Controls",
    "",
    "Which controls of AWS Foundational Security Best Practices (as Security Hub numbers them) and of the CIS AWS Foundations Benchmark 5.0",
    "each feature satisfies, or is needed for. Written by `make docs` from [programs/catalogue](../programs/catalogue).",
    "",
    "## Baseline stack, in every member account",
    "",
    ...featureTable(BASELINE_FEATURES),
    "",
    "## Admin stack, in the core accounts",
    "",
    ...featureTable(ADMIN_FEATURES),
    "",
    "## By control",
    "",
    ...controlTable(),
    "",
  ].join("\n");
}

function featureTable(features: readonly Feature[]): string[] {
  return table(
    ["feature", "what is so", "controls", "CIS 5.0", "setting"],
    features.map(({ title, what, controls, setting }) => [
      title,
      what,
      controls.map(({ id }) => id).join(", "),
      controls.flatMap(({ cis }) => cis ?? []).join(", "),
      setting === undefined ? "" : `\`${setting}\``,
    ]),
  );
}

function controlTable(): string[] {
  const byId = new Map<string, { readonly control: SatisfiedControl; readonly titles: string[] }>();
  for (const { title, controls, stack } of FEATURES) {
    for (const control of controls) {
      const row = byId.get(control.id) ?? { control, titles: [] };
      row.titles.push(`${title} (${stack})`);
      byId.set(control.id, row);
    }
  }
  const order = new Intl.Collator("en", { numeric: true });
  const rows = [...byId.values()].sort((a, b) => order.compare(a.control.id, b.control.id));
  return table(
    ["control", "CIS 5.0", "features"],
    rows.map(({ control, titles }) => [control.id, control.cis ?? "", titles.join("; ")]),
  );
}
