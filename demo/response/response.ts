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
      const { title } = scene;
      const line = screen.line(title);
      let timeline: Timeline | undefined;
      try {
        await scene.play(() => {
          timeline = createTimeline({ now: Date.now, sleep, signal, onChange: line.update });
          return timeline;
        });
        line.done("over");
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
  for (const { title, timeline, failure } of played) {
    screen.say(`\n${title}, in seconds since the finding\n\n${timeline?.told() ?? ""}`);
    if (failure !== undefined) {
      screen.say(`\nincident response failed: ${failure}`);
      screen.say(
        "the functions' logs are in the log groups /aws/lambda/bulwark-* of account 222222222222, the service's in .bulwark/demo",
      );
    }
  }
  return played.every(({ failure }) => failure === undefined);
}
