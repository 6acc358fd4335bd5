import type { OpenApi } from "./openapi.ts";

type Json = Record<string, unknown>;

/** Renders the API as one page without scripts: every call by its tag, its parameters, body and answers, and the schemas. */
export function renderDocs(document: OpenApi): string {
  const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, call]) => ({ path, method, call })),
  );
  const tags = [...new Set(calls.flatMap(({ call }) => call.tags as string[]))];
  const sections = tags.map((tag) => {
    const mine = calls.filter(({ call }) => (call.tags as string[]).includes(tag));
    return `<section><h2 id="${escapeHtml(tag)}">${escapeHtml(tag)}</h2>${mine.map(renderCall).join("")}</section>`;
  });
  const schemas = Object.entries(document.components.schemas).sort(([one], [other]) => (one < other ? -1 : 1));
  const navigation = [...tags, "schemas"]
    .map((tag) => `<a href="#${escapeHtml(tag)}">${escapeHtml(tag)}</a>`)
    .join(" ");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(document.info.title)} API ${escapeHtml(document.info.version)}</title><style>${style}</style></head>
<body><header><h1>${escapeHtml(document.info.title)} API <small>${escapeHtml(document.info.version)}</small></h1>
<p>${prose(document.info.description)}</p>
<p>Send <code>Authorization: Bearer &lt;token&gt;</code>. The same as a document: <a href="/openapi.json">/openapi.json</a>.</p>
<nav aria-label="Sections">${navigation}</nav></header>
<main>${sections.join("\n")}
<section><h2 id="schemas">schemas</h2>${schemas.map(renderSchema).join("")}</section></main></body></html>`;
}

function renderCall({ path, method, call }: { path: string; method: string; call: Json }): string {
  const parameters = (call.parameters as Json[]).map(
    (parameter) =>
      `<tr><td><code>${escapeHtml(parameter.name)}</code></td><td>${escapeHtml(parameter.in)}${parameter.required ? ", required" : ""}</td>
<td>${describeType(parameter.schema as Json)}</td><td>${prose(parameter.description ?? "")}</td></tr>`,
  );
  const body = (call.requestBody as { content?: Record<string, { schema: Json }> } | undefined)?.content;
  const answers = Object.entries(call.responses as Record<string, Json>).map(([status, answer]) => {
    const content = Object.values((answer.content ?? {}) as Record<string, { schema: Json }>)[0];
    return `<tr><td><code>${status}</code></td><td>${prose(answer.description)}</td><td>${content === undefined ? "" : describeType(content.schema)}</td></tr>`;
  });
  return `<details><summary><span class="method ${method}">${method.toUpperCase()}</span> <code>${escapeHtml(path)}</code> <span>${escapeHtml(call.summary)}</span></summary>
${String(call.description)
  .split("\n\n")
  .map((text) => `<p>${prose(text)}</p>`)
  .join("")}
${parameters.length === 0 ? "" : `<table><caption>Parameters</caption><tbody>${parameters.join("")}</tbody></table>`}
${
  body === undefined
    ? ""
    : `<p>Body: ${Object.values(body)
        .map(({ schema }) => describeType(schema))
        .join("")}</p>`
}
<table><caption>Answers</caption><tbody>${answers.join("")}</tbody></table></details>`;
}

function renderSchema([id, schema]: [string, Json]): string {
  const required = new Set((schema.required ?? []) as string[]);
  const fields = Object.entries((schema.properties ?? {}) as Record<string, Json>).map(
    ([name, type]) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${required.has(name) ? "always" : ""}</td><td>${describeType(type)}</td><td>${prose(type.description ?? "")}</td></tr>`,
  );
  return `<details id="schema-${escapeHtml(id)}"><summary><code>${escapeHtml(id)}</code> <span>${prose(schema.description ?? "")}</span></summary><table><tbody>${fields.join("")}</tbody></table></details>`;
}

function describeType(schema: Json): string {
  if (typeof schema.$ref === "string") {
    const id = schema.$ref.split("/").at(-1) ?? "";
    return `<a href="#schema-${escapeHtml(id)}">${escapeHtml(id)}</a>`;
  }
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => `<code>${escapeHtml(value)}</code>`).join(" | ");
  if (Array.isArray(schema.anyOf)) return (schema.anyOf as Json[]).map(describeType).join(" | ");
  if (schema.type === "array") return `list of ${describeType((schema.items ?? {}) as Json)}`;
  const range = schema.maximum === undefined ? "" : ` ${schema.minimum} to ${schema.maximum}`;
  const pattern = typeof schema.pattern === "string" ? ` <code>${escapeHtml(schema.pattern)}</code>` : "";
  return `${escapeHtml(schema.type ?? "any")}${range}${pattern}`;
}

function escapeHtml(value: unknown): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return String(value).replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** Text with `code` in it, as descriptions have it. */
function prose(value: unknown): string {
  return escapeHtml(value).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}

const style = `
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--blue:#0a63c2;--green:#1a7f37;--amber:#9a6700;--red:#c0262d}
@media(prefers-color-scheme:dark){:root{--blue:#6cb6ff;--green:#57d364;--amber:#e3b341;--red:#ff7b72}}
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:0 auto;padding:1rem}
code{font:.9em ui-monospace,monospace}a{color:var(--blue)}small{font-weight:400}
nav a{margin-right:1rem}h2{border-bottom:1px solid var(--line);text-transform:capitalize}
details{border:1px solid var(--line);border-radius:.4rem;margin:.4rem 0;padding:.4rem .7rem}
summary{cursor:pointer}summary span:last-child{opacity:.8}
.method{display:inline-block;min-width:4.2rem;font-weight:700}
.get{color:var(--blue)}.post{color:var(--green)}.patch{color:var(--amber)}.delete{color:var(--red)}
table{border-collapse:collapse;width:100%;margin:.5rem 0;display:block;overflow-x:auto}caption{text-align:left;font-weight:600}
td{border-top:1px solid var(--line);padding:.25rem .6rem .25rem 0;vertical-align:top}tr:hover{background:var(--soft)}`;
