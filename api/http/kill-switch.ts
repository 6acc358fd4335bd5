import { z } from "zod";
import type { KillSwitch } from "../../remediation/response/settings.ts";
import { Problem } from "../problem.ts";
import type { ResponseAws } from "../response/response-aws.ts";
import { writeAudit } from "../store/audit.ts";
import type { Db } from "../store/connection.ts";
import { requireAdmin } from "./accounts.ts";
import { mayCall, rolesFor } from "./permissions.ts";
import { type Route, route } from "./route.ts";

export interface KillSwitchRoutesOptions {
  readonly db: Db;
  readonly response: Pick<ResponseAws, "readKillSwitch" | "writeKillSwitch">;
  readonly now: () => Date;
}

export const KillSwitchBody = z
  .object({
    on: z.boolean().meta({ description: "While it is on, the response changes nothing. Undo is not stopped." }),
    ...{ reason: z.string().optional(), by: z.string().optional(), at: z.string().optional() },
  })
  .meta({ id: "KillSwitch" });

export const KillSwitchRequest = z
  .strictObject({
    on: z.boolean(),
    reason: z.string().trim().min(3).max(500).meta({ description: "For those who find it so." }),
  })
  .meta({ id: "KillSwitchRequest" });

const tag = "response";
const path = "/response/kill-switch";
/** Letting changes begin again is a decision; stopping them must not wait for one. */
const toSwitchOff = { permission: "approve" } as const;

const present = ({ on, reason, by, at }: KillSwitch = { on: false }) => ({ on, reason, by, at });

export function killSwitchRoutes({ db, response, now }: KillSwitchRoutesOptions): Route[] {
  const read = async () => {
    await requireAdmin(db);
    return present(await response.readKillSwitch());
  };
  return [
    route({
      method: "get",
      path,
      operationId: "getKillSwitch",
      tag,
      summary: "Whether the response is stopped, by whom and why",
      permission: "read",
      etag: true,
      responses: { 200: { description: "The switch.", schema: KillSwitchBody } },
      problems: [409, 502],
      handle: async () => ({ status: 200, body: await read() }),
    }),

    route({
      method: "put",
      path,
      operationId: "setKillSwitch",
      tag,
      summary: "Stop all changes of the response, or let them begin again",
      description: `Heard of within fifteen seconds; a change that has begun is ended. Switching it off takes one of: ${rolesFor(toSwitchOff).join(", ")}.`,
      permission: "respond",
      body: KillSwitchRequest,
      etag: true,
      responses: { 200: { description: "The switch as it is now.", schema: KillSwitchBody } },
      problems: [409, 502],
      handle: async (call) => {
        const { principal, requestId, body } = call;
        if (!body.on && !mayCall(principal.role, toSwitchOff)) {
          throw new Problem(
            "forbidden",
            `The token's role is ${principal.role}; switching the kill switch off takes one of: ${rolesFor(toSwitchOff).join(", ")}.`,
          );
        }
        const before = await read();
        call.requireMatch(before);
        const set = { ...body, by: principal.name, at: now().toISOString() };
        // First the record, then the switch: none is set that the audit does not know.
        await writeAudit(db, {
          ...{ actor: principal.name, action: "response.kill-switch", target: "kill-switch", requestId },
          detail: { ...body, before: before.on },
        });
        await response.writeKillSwitch(set);
        return call.write(async () => ({ status: 200, body: present(set), representation: true }));
      },
    }),
  ];
}
