import { isObject } from "../documents/content-object.ts";
import type { Ssm } from "../state.ts";
import { awsCall, type Signing } from "./aws-call.ts";
import { isTaken } from "./choice.ts";
import type { Execution } from "./execution.ts";
import { select } from "./json-path.ts";
import { inText } from "./values.ts";

/** What came of a step. `next` where it decides that; `answer` is what outputs are selected from. */
export interface Came {
  readonly answer?: unknown;
  readonly next?: string;
}

/** A step whose time was over. */
export class TimedOut extends Error {}

type Inputs = Readonly<Record<string, unknown>>;

interface Running {
  readonly ssm: Ssm;
  readonly execution: Execution;
  readonly inputs: Inputs;
  readonly seconds: number;
}

/** Milliseconds between two looks at a property. */
const LOOK = 200;

/** What the sandbox can do of the actions of runbooks (Systems Manager User Guide, "Systems Manager Automation actions reference"). */
export const SERVED: Readonly<Record<string, (running: Running) => Promise<Came>>> = {
  async "aws:executeAwsApi"({ execution, inputs }) {
    return { answer: await calledBy(execution.signing, inputs) };
  },

  async "aws:assertAwsResourceProperty"({ execution, inputs }) {
    const answer = await calledBy(execution.signing, inputs);
    if (!isDesired(answer, inputs)) throw notDesired(answer, inputs);
    return { answer };
  },

  async "aws:waitForAwsResourceProperty"({ ssm, execution, inputs, seconds }) {
    const end = ssm.aws.now() + seconds * 1000;
    for (;;) {
      const answer = await calledBy(execution.signing, inputs);
      if (isDesired(answer, inputs)) return { answer };
      if (execution.status === "Cancelling") return {};
      if (ssm.aws.now() + LOOK > end) throw new TimedOut(notDesired(answer, inputs).message);
      await pause(ssm, LOOK);
    }
  },

  async "aws:branch"({ inputs }) {
    const { Choices, Default } = inputs;
    const taken = (Array.isArray(Choices) ? Choices : []).filter(isObject).find(isTaken);
    const next = taken === undefined ? Default : taken.NextStep;
    return next === undefined ? {} : { next: String(next) };
  },

  async "aws:sleep"({ ssm, execution, inputs }) {
    const [, hours = 0, minutes = 0, seconds = 0] =
      /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(String(inputs.Duration)) ?? [];
    const end = ssm.aws.now() + (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
    while (ssm.aws.now() < end && execution.status !== "Cancelling") await pause(ssm, LOOK);
    return {};
  },
};

const pause = (ssm: Ssm, milliseconds: number) => new Promise<void>((resolve) => ssm.aws.later(milliseconds, resolve));

async function calledBy(signing: Signing, inputs: Inputs): Promise<unknown> {
  const { Service, Api, PropertySelector: _, DesiredValues: __, ...input } = inputs;
  try {
    return await awsCall(signing, { service: String(Service), api: String(Api), input });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Error(`An error occurred (${error.name}) when calling the ${Api} operation: ${error.message}`);
  }
}

/** "If you specify a Boolean value, you must use a capital letter such as True or False." */
function inWords(value: unknown): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  return inText(value);
}

function isDesired(answer: unknown, { PropertySelector, DesiredValues }: Inputs): boolean {
  const found = select(answer, String(PropertySelector));
  return (
    Array.isArray(DesiredValues) &&
    DesiredValues.some((wanted) => found !== undefined && inWords(wanted) === inWords(found))
  );
}

function notDesired(answer: unknown, { PropertySelector, DesiredValues }: Inputs): Error {
  const found = select(answer, String(PropertySelector));
  return new Error(
    `Property value from the API output is not in desired values. Property selector: ${PropertySelector}, API property value: ${found === undefined ? "null" : inWords(found)}, desired values: ${JSON.stringify(DesiredValues)}`,
  );
}
