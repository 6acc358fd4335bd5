import { watch } from "../../response/watch.ts";
import { log, readEnvironment } from "../environment.ts";
import { composeResponse, RESPONSE_VARIABLES } from "../responder/compose.ts";

const { responder, publisher, closeSessions } = composeResponse(readEnvironment(RESPONSE_VARIABLES, process.env));

/** What a schedule calls each minute. */
export const handler = async (): Promise<void> => {
  try {
    const { published, expired } = await watch(responder, publisher);
    if (published + expired > 0) log("info", "looked after incidents", { published, expired });
  } finally {
    closeSessions();
  }
};
