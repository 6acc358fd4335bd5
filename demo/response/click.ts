import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { Stage } from "./incidents.ts";

/**
 * Clicks on a button of a message, as Slack tells it: by a signed request to the URL that its app knows. Throws where that is not taken.
 *
 * @returns the answer's status
 */
export async function click(
  { client, endpoint, receivers }: Stage,
  message: string,
  action: string,
  user: string,
): Promise<number> {
  const { outputs } = await client.get<{ outputs?: { response?: { clicksUrl?: string } } }>("/admin");
  const url = outputs?.response?.clicksUrl;
  if (url === undefined) throw new Error("clicking in Slack: the admin stack has no output response.clicksUrl");
  const { headers, body } = receivers.slack.click(message, `bulwark:${action}`, user);
  // DNS leads to AWS, where the name says whose URL it is; the sandbox is where AWS answers.
  const sent = request(endpoint, { method: "POST", headers: { ...headers, host: new URL(url).host } });
  sent.end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  let said = "";
  for await (const chunk of answer.setEncoding("utf8")) said += chunk;
  const status = answer.statusCode ?? 0;
  if (status !== 200) throw new Error(`clicking ${action} in Slack: ${url} answered ${status}: ${said.slice(0, 500)}`);
  return status;
}
