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
    "Which controls of Security Hub CSPM (of AWS Foundational Security Best Practices and other standards) and which numbers of the CIS AWS",
    "Foundations Benchmark 5.0 each feature satisfies; in italics those that it only supports: prepares, judges, shows, answers or guards. Where a row has no control, Security Hub does not check the number. Written by `make docs` from [programs/catalogue](../programs/catalogue).",
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
    features.map(({ title, what, controls, supports = [], setting }) => [
      title,
      what,
      [...ids(controls), ...ids(supports).map(inItalics)].join(", "),
      [...numbers(controls), ...numbers(supports).map(inItalics)].join(", "),
      setting === undefined ? "" : `\`${setting}\``,
    ]),
  );
}

const ids = (controls: readonly SatisfiedControl[]) => controls.flatMap(({ id }) => id ?? []);
const numbers = (controls: readonly SatisfiedControl[]) => [...new Set(controls.flatMap(({ cis }) => cis ?? []))];
const inItalics = (text: string) => `*${text}*`;

function controlTable(): string[] {
  const byId = new Map<string, { readonly control: SatisfiedControl; readonly titles: string[] }>();
  for (const { title, controls, supports = [], stack } of FEATURES) {
    for (const control of [...controls, ...supports]) {
      const key = control.id ?? `CIS ${control.cis}`;
      const row = byId.get(key) ?? { control, titles: [] };
      const text = `${title} (${stack})`;
      row.titles.push(supports.includes(control) ? inItalics(text) : text);
      byId.set(key, row);
    }
  }
  const order = new Intl.Collator("en", { numeric: true });
  const rows = [...byId].sort(([a], [b]) => order.compare(a, b)).map(([, row]) => row);
  return table(
    ["control", "CIS 5.0", "features"],
    rows.map(({ control, titles }) => [control.id ?? "", control.cis ?? "", titles.join("; ")]),
  );
}
