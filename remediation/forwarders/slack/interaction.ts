import { z } from "zod";
import { ACTIONS, type Action } from "./actions.ts";

/** A click on a button of an incident. */
export interface Interaction {
  readonly action: Action;
  readonly incident: string;
  /** Of the incident that the person saw. */
  readonly version: number;
  /** Slack's id of the person. Its names can be changed by whoever has them, and count for nothing. */
  readonly user: string;
  readonly channel: string;
  /** `ts` of the message. */
  readonly message: string;
}

/** The roles of the service, as its API knows them. */
export const ROLES = ["viewer", "team", "operator", "approver", "auditor", "administrator"] as const;
export type Role = (typeof ROLES)[number];

/** Who of Slack is who. Ids are unique over all workspaces, so a guest of a shared channel is nobody here. */
export const peopleSchema = z.array(
  z.strictObject({
    user: z.string().regex(/^[UW][A-Z0-9]{6,20}$/),
    name: z.string().min(1).max(200),
    role: z.enum(ROLES),
  }),
);
export type People = z.infer<typeof peopleSchema>;

const MAY: Readonly<Record<Action, readonly Role[]>> = {
  approve: ["approver", "administrator"],
  reject: ["approver", "administrator"],
  undo: ["operator", "approver", "administrator"],
  suppress: ["operator", "approver", "administrator"],
  acknowledge: ["team", "operator", "approver", "administrator"],
};

/** Slack, "block_actions payload"; fields that nothing here needs are left out. */
const payload = z.object({
  type: z.literal("block_actions"),
  user: z.object({ id: z.string().regex(/^[UW][A-Z0-9]{1,20}$/) }),
  container: z.object({
    type: z.literal("message"),
    message_ts: z.string().regex(/^\d{1,12}\.\d{1,9}$/),
    channel_id: z.string().min(1).max(40),
  }),
  actions: z
    .array(
      z.object({
        type: z.literal("button"),
        action_id: z.templateLiteral(["bulwark:", z.enum(ACTIONS)]),
        value: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}@[1-9]\d{0,8}$/),
      }),
    )
    .length(1),
});

export type Read =
  | { readonly ok: true; readonly interaction: Interaction }
  | { readonly ok: false; readonly why: string };

/**
 * The click that a request's body tells of: form-encoded, with JSON in `payload` (Slack, "Handling user interaction"). The request must have been
 * verified before. Whatever else Slack or anybody sends is refused with words for the log.
 */
export function interactionOf(body: string): Read {
  const json = new URLSearchParams(body).get("payload");
  if (json === null) return { ok: false, why: "the body has no field payload" };
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch {
    return { ok: false, why: "the payload is no JSON" };
  }
  const read = payload.safeParse(given);
  if (!read.success)
    return { ok: false, why: `the payload is no click on a button of an incident: ${z.prettifyError(read.error)}` };
  const { user, container, actions } = read.data;
  const [clicked] = actions;
  if (clicked === undefined) return { ok: false, why: "the payload names no button" };
  const action = ACTIONS.find((one) => clicked.action_id === `bulwark:${one}`);
  if (action === undefined) return { ok: false, why: "the payload names another button" };
  const at = clicked.value.lastIndexOf("@");
  return {
    ok: true,
    interaction: {
      action,
      incident: clicked.value.slice(0, at),
      version: Number(clicked.value.slice(at + 1)),
      user: user.id,
      channel: container.channel_id,
      message: container.message_ts,
    },
  };
}

export type Permission =
  | { readonly ok: true; readonly name: string; readonly role: Role }
  | { readonly ok: false; readonly words: string };

/** Whether the person of a click may do it, or what to tell the person. Pure. */
export function permission({ action, user }: Pick<Interaction, "action" | "user">, people: People): Permission {
  const person = people.find((one) => one.user === user);
  if (person === undefined) {
    return {
      ok: false,
      words: `Bulwark does not know you (${user}). Ask an administrator to map your Slack user to a role.`,
    };
  }
  const roles = MAY[action];
  if (!roles.includes(person.role)) {
    return { ok: false, words: `To ${action} needs the role ${roles.join(" or ")}; you are ${person.role}.` };
  }
  return { ok: true, name: person.name, role: person.role };
}
