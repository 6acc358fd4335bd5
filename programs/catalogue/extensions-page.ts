import { z } from "zod";
import { EXTENSION_TYPES } from "../extensions/extensions.ts";
import { LONGEST_DAYS } from "../extensions/weakening.ts";
import { sharedLimitsText } from "../shared-limits.ts";
import { table } from "./table.ts";

/** What of a JSON schema the page shows. */
interface Shape {
  readonly type?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
}

/** The page `docs/extensions.md`: each type of entry with its fields and an example. */
export function extensionsPage(): string {
  const types = Object.entries(EXTENSION_TYPES);
  return [
    "# Extensions",
    "",
    "A team adds to the baseline of its own accounts by typed entries in `extensions`, a field of the account. Entries add and tighten;",
    "what a rule of the organization forbids is refused with that rule. An entry that is wrong is refused before anything runs, with",
    "the path of its field. What only AWS can judge (whether a rule of that identifier exists, the text of a Guard policy, a pack's",
    "template) fails the deployment with AWS's words and the resource, which has the entry's name: take it out by another `PATCH`. Written by `make docs` from [programs/extensions](../programs/extensions).",
    "",
    "    TOKEN=$(cat .bulwark/token)",
    '    curl -sX PATCH localhost:8080/accounts/100000000001 -H "Authorization: Bearer $TOKEN" \\',
    "      -H 'Content-Type: application/json' -d '{\"extensions\": [...]}'",
    '    curl -sX POST localhost:8080/accounts/100000000001/deployments -H "Authorization: Bearer $TOKEN"',
    "",
    "`PATCH` replaces the whole list (send `If-Match` with the account's ETag so that nobody's change is lost; `null` clears it), and",
    "`POST /accounts` takes one too. The next deployment brings the account to it, with a preview and the guard before it as always.",
    "What is taken out of the list is removed from the account; where that is an encryption key, a topic or a pack, the guard asks for approval.",
    "",
    `AWS limits some things for all accounts together, because they stand in the security account: ${sharedLimitsText()}. An entry that would`,
    "go over such a limit is refused at once (409, `limit-reached`), with who takes most. What is taken out makes room once it is deployed.",
    "",
    "A team does this itself with a token that is good for its own accounts and nothing else, which an administrator makes once:",
    "",
    "    curl -sX POST localhost:8080/tokens -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\",
    '      -d \'{"name": "clearing", "role": "team", "accounts": ["100000000001"]}\'',
    "",
    ...typesTable(types.filter(([, type]) => !isWeakening(type))),
    "",
    "## What weakens",
    "",
    "These take something away that the organization set, so that each needs an approver and an end:",
    "",
    ...typesTable(types.filter(([, type]) => isWeakening(type))),
    "",
    "Such an entry is taken into the list and does nothing: `weakenings` of the account shows it as `pending`. Somebody with the role",
    "approver, and never who asked for it, decides on it; `requestedAt` repeats that of the entry as it was looked at:",
    "",
    "    curl -sX POST localhost:8080/accounts/100000000001/extensions/suppression/public-website/approve \\",
    '      -H "Authorization: Bearer $APPROVER" -H \'Content-Type: application/json\' -d \'{"requestedAt": "..."}\'',
    "",
    `Approved, it counts from the next deployment until it expires, at most ${LONGEST_DAYS} days after it was asked for. Then the service itself`,
    "deploys the account without it. Whatever changes in an entry is asked for anew; `reject` in place of `approve` rejects it.",
    "",
    ...types.flatMap(([, { title, what, schema, example }]) => [
      `## ${title}`,
      "",
      what,
      "",
      ...table(["field", "type", "", "meaning"], fields(z.toJSONSchema(schema) as Shape)),
      "",
      ...JSON.stringify(example, undefined, 2)
        .split("\n")
        .map((line) => `    ${line}`),
      "",
    ]),
  ].join("\n");
}

type ExtensionTypes = [string, { readonly title: string; readonly what: string }][];

function isWeakening(type: object): boolean {
  return "weakens" in type;
}

function typesTable(types: ExtensionTypes): string[] {
  return table(
    ["type", "what it gives"],
    types.map(([type, { title, what }]) => [`[${type}](#${title.toLowerCase().replaceAll(" ", "-")})`, what]),
  );
}

function fields(shape: Shape, path = ""): string[][] {
  return Object.entries(shape.properties ?? {}).flatMap(([name, field]) => {
    const needed = shape.required?.includes(name) ? "required" : "";
    const row = [`\`${path}${name}\``, typeOf(field), needed, field.description ?? ""];
    return [row, ...fields(field, `${path}${name}.`)];
  });
}

function typeOf({ type, const: constant, enum: values, items }: Shape): string {
  if (constant !== undefined) return `\`${JSON.stringify(constant)}\``;
  if (values !== undefined) return values.map((value) => `\`${String(value)}\``).join(", ");
  if (items !== undefined) return `list of ${typeOf(items)}`;
  return type ?? "any";
}
