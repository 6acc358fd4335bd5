import { isBlank, isSame } from "./equality.ts";
import type { Fields, Property, Value, Values } from "./property.ts";

/**
 * The state after a resource was read. Where AWS says the same in other words (a policy rewritten, a set in another
 * order) the words that are already there stay, so that nothing changes which did not.
 */
export function stateFrom(fields: Fields, prior: Values, live: Values): Values {
  const state: Record<string, Value> = {};
  for (const [name, property] of Object.entries(fields)) {
    const value = property.unread || isSame(property, prior[name], live[name]) ? prior[name] : live[name];
    const kept = value ?? live[name];
    if (kept !== undefined && kept !== null) state[name] = kept;
  }
  return state;
}

/**
 * The inputs of a resource that was read: for an import all that could have been given, for a refresh those that were
 * given, as they are now, and those that have been changed since by someone else.
 */
export function inputsFrom(fields: Fields, prior: { inputs: Values; state: Values } | undefined, live: Values): Values {
  const inputs: Record<string, Value> = {};
  for (const [name, property] of Object.entries(fields)) {
    if (property.output) continue;
    const value = prior
      ? refreshed(property, prior.inputs[name], prior.state[name], live[name])
      : imported(property, live[name]);
    if (value !== undefined && value !== null) inputs[name] = value;
  }
  return inputs;
}

function imported(property: Property, live: Value | undefined): Value | undefined {
  return live === property.default || !isBlank(live) ? live : undefined;
}

function refreshed(
  property: Property,
  given: Value | undefined,
  before: Value | undefined,
  live: Value | undefined,
): Value | undefined {
  if (property.unread || isSame(property, given, live)) return given;
  if (given === undefined) return property.computed || isSame(property, before, live) ? undefined : live;
  if (property.kind !== "block" || live === undefined || live === null) return live;
  return inputsFrom(
    property.fields ?? {},
    { inputs: given as Values, state: (before ?? {}) as Values },
    live as Values,
  );
}
