import type { Screen } from "../screen.ts";
import { compromisedInstance } from "./compromised-instance.ts";
import type { Scene, Stage } from "./incidents.ts";
import { publicBucket } from "./public-bucket.ts";
import { createTimeline, type Timeline } from "./timeline.ts";

/** How an incident went. */
export interface Played {
  readonly title: string;
  /** Undefined where it failed before there was a finding. */
  readonly timeline: Timeline | undefined;
  /** What was waited for and did not come. */
  readonly failure: string | undefined;
}

/** What happens in which member accounts. */
export const scenesOf = (stage: Stage): readonly Scene[] => [
  publicBucket(stage, "100000000001"),
  compromisedInstance(stage, "100000000002"),
];

/** Plays scenes at the same time. Never throws: what does not come is told. */
export function playScenes(scenes: readonly Scene[], screen: Screen, signal: AbortSignal): Promise<readonly Played[]> {
  const sleep = (milliseconds: number) => new Promise<void>((settle) => setTimeout(settle, milliseconds));
  return Promise.all(
    scenes.map(async (scene): Promise<Played> => {
      const { account, title } = scene;
      const line = screen.line(`incident in account ${account}`);
      let timeline: Timeline | undefined;
      try {
        await scene.play(() => {
          timeline = createTimeline({ now: Date.now, sleep, signal, onChange: line.update });
          return timeline;
        });
        line.done("is over");
        return { title, timeline, failure: undefined };
      } catch (error) {
        const failure = error instanceof Error ? error.message : String(error);
        line.done("failed");
        return { title, timeline, failure };
      }
    }),
  );
}

/** Prints what was seen of each. Answers whether nothing failed. */
export function tellScenes(played: readonly Played[], screen: Screen): boolean {
  screen.say("\nincident response, in seconds since the finding");
  for (const { title, timeline, failure } of played) {
    screen.say(`\n${title}\n\n${timeline?.told() ?? "there was no finding"}`);
    if (failure === undefined) continue;
    screen.say(
      `\nincident response failed: ${failure}\n` +
        "The functions' logs are in CloudWatch Logs of account 222222222222, the service's in .bulwark/demo/service.log.",
    );
  }
  screen.say("");
  return played.every(({ failure }) => failure === undefined);
}
