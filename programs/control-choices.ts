import type { Partition } from "./partition.ts";
import type { ControlChoice } from "./security-hub-settings.ts";
import { type StandardName, standardArn } from "./standards.ts";

/** A control in one standard, and whether it is to be on. */
export interface ChosenControl extends Pick<ControlChoice, "controlId" | "status" | "reason"> {
  readonly standard: StandardName;
  readonly standardsArn: string;
}

/** The choices of the settings in one region, a control of two standards twice. */
export function chosenControls(
  choices: readonly ControlChoice[],
  { partition, homeRegion, region }: { partition: Partition; homeRegion: string; region: string },
): ChosenControl[] {
  return choices
    .filter(({ regions }) => regions === "all" || region !== homeRegion)
    .flatMap(({ controlId, standards, status, reason }) =>
      standards.map((standard) => ({
        ...{ controlId, status, reason, standard },
        standardsArn: standardArn(partition, region, standard),
      })),
    );
}
