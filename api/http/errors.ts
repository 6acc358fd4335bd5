import { AwsCallError } from "../../stacks/aws/call-error.ts";
import { Problem } from "../problem.ts";
import { isDatabaseGone } from "../store/gone.ts";

/** What Express, its body parser and the database throw, as problems. Nothing of an unknown error's text gets out. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof AwsCallError) {
    const { accountId, region, call, remedy } = error;
    return new Problem("aws-unavailable", error.message, { accountId, region, call, remedy, cause: error });
  }
  const { type, status } = error as { type?: string; status?: number };
  switch (type) {
    case "entity.too.large":
      return new Problem("body-too-large", "Send a body of at most 1 MB (1,000,000 bytes).");
    case "entity.parse.failed":
      return new Problem("invalid-json", "The body can't be parsed as JSON.", {
        errors: [{ field: "body", message: "is not valid JSON", allowed: "a JSON object" }],
      });
    case "encoding.unsupported":
    case "charset.unsupported":
      return new Problem(
        "unsupported-media-type",
        "Send the body as UTF-8, plain or compressed with gzip, deflate or br.",
      );
    case "request.aborted":
    case "request.size.invalid":
      return new Problem("invalid-request", "The body ended before its announced length.");
  }
  if (error instanceof URIError || status === 400) {
    return new Problem("invalid-request", "The path or query can't be decoded: use UTF-8 percent-encoding.");
  }
  const { code } = error as { code?: unknown };
  if (code === "53100") {
    return new Problem(
      "unavailable",
      "The database has no room left on its disk. Nothing was changed; make room, then send the request again.",
      { headers: { "Retry-After": "60" }, cause: error },
    );
  }
  if (code === "40P01" || code === "40001") {
    return new Problem(
      "unavailable",
      "The request met another one that changes the same. Nothing was changed; send it again.",
      {
        headers: { "Retry-After": "1" },
        cause: error,
      },
    );
  }
  if (isDatabaseGone(error)) {
    return new Problem("unavailable", "The database can't be reached just now. Try again in a moment.", {
      headers: { "Retry-After": "5" },
      cause: error,
    });
  }
  return new Problem("internal", "The service met an error of its own. Its log has it under the request id.", {
    cause: error,
  });
}
