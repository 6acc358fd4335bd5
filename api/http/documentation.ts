import { z } from "zod";
import { failureTitles } from "../operations/failure.ts";
import { Problem, problemBase, problems } from "../problem.ts";
import { renderDocs } from "./docs-page.ts";
import { explanations } from "./explanations.ts";
import { describeApi } from "./openapi.ts";
import { type Route, route } from "./route.ts";

const tag = "service";

const ExplanationBody = z
  .object({
    type: z.string(),
    title: z.string(),
    explanation: z.string().meta({ description: "What it means and what to do." }),
  })
  .meta({ id: "Explanation" });

/** Pages bring everything with them: nothing is loaded from anywhere, no script runs. */
const pageHeaders = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
};

/** Titles of all problems, of calls and of operations, by the end of their type. */
export const problemTitles: ReadonlyMap<string, string> = new Map([
  ...Object.entries(failureTitles).map(([code, title]) => [code.replaceAll("_", "-"), title] as const),
  ...Object.entries(problems).map(([name, { title }]) => [name, title] as const),
]);

/** The OpenAPI document, the page made from it, and what a problem's `type` leads to. */
export function documentationRoutes(routes: readonly Route[], version: string): Route[] {
  const own: Route[] = [
    route({
      method: "get",
      path: "/openapi.json",
      operationId: "getOpenApi",
      tag,
      summary: "This API as an OpenAPI 3.1 document",
      permission: undefined,
      responses: { 200: { description: "The document.", schema: z.record(z.string(), z.unknown()) } },
      handle: () => ({ status: 200, body: document }),
    }),
    route({
      method: "get",
      path: "/docs",
      operationId: "getDocs",
      tag,
      summary: "This API as a page",
      permission: undefined,
      responses: { 200: { description: "The page.", mediaType: "text/html" } },
      handle: async ({ response }) => {
        response.set(pageHeaders).send(page);
        return undefined;
      },
    }),
    route({
      method: "get",
      path: `${problemBase}:name`,
      operationId: "getProblem",
      tag,
      summary: "What a problem's type means",
      permission: undefined,
      params: z.strictObject({ name: z.string().max(100) }),
      responses: { 200: { description: "The problem.", schema: ExplanationBody } },
      problems: [404],
      handle: ({ params: { name } }) => {
        const title = problemTitles.get(name);
        if (title === undefined) throw new Problem("not-found", `There is no problem ${name}.`);
        return {
          status: 200,
          body: { type: `${problemBase}${name}`, title, explanation: explanations[name] ?? title },
        };
      },
    }),
  ];
  const document = describeApi([...routes, ...own], version);
  const page = renderDocs(document);
  const start: Route = route({
    method: "get",
    path: "/",
    operationId: "getStart",
    tag,
    summary: "Leads to the documentation",
    permission: undefined,
    responses: { 302: { description: "To /docs." } },
    handle: () => ({ status: 302, headers: { Location: "/docs" } }),
  });
  return [...own, start];
}
